import type { Properties } from "./properties";

/** An object that exists, as state would hold it: for an import. */
export interface ImportableObject {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Paths of inputs that the object has and its server never shows: `"password"`, `"tls.caCert"`. @default none */
  readonly unseen?: readonly string[];
}

/** An object that is not imported, and why. */
export interface SkippedObject {
  readonly name: string;
  readonly reason: string;
}
