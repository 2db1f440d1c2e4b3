import { createHash, randomBytes } from "node:crypto";
import type { ContainerInspect } from "../../../contract";
import type { Wire } from "./wire";

/** A new id for each call that creates a container, to find that container again. */
export const CREATE_LABEL = "io.pulumi.portainer.create";
/** A fingerprint of the desired container: what a crash left is adopted only if it matches. */
export const SPECIFICATION_LABEL = "io.pulumi.portainer.specification";

/** A key for the container that no other object has, on any engine. */
export const identityOf = (containerId: string): string => `containers/${containerId}`;

export const newCreateId = (): string => randomBytes(5).toString("hex");

export const labelsOf = (container: ContainerInspect): Readonly<Record<string, string>> =>
  container.Config.Labels ?? {};

/** The fingerprint of a create body, before our labels are added to it. */
export function fingerprint(body: Wire): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22);
}
