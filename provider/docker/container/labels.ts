import { createHash, randomBytes } from "node:crypto";
import type { ContainerInspect } from "../../../contract";
import type { Wire } from "./arguments/argument";

/** Another id for each call that creates a container, to find that one again. */
export const CREATE_LABEL = "io.pulumi.portainer.create";
/** What was asked for, as a fingerprint: a leftover of a crash is taken only if it is what is wished. */
export const SPECIFICATION_LABEL = "io.pulumi.portainer.specification";

/** The container, by a name that no other object anywhere has. */
export const identityOf = (containerId: string): string => `containers/${containerId}`;

export const newCreateId = (): string => randomBytes(5).toString("hex");

export const labelsOf = (container: ContainerInspect): Readonly<Record<string, string>> =>
  container.Config.Labels ?? {};

/** The fingerprint of a create body without the labels that are added to it. */
export function fingerprint(body: Wire): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22);
}
