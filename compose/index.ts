/**
 * Reads Compose files, without Pulumi and without a server: what a project is to consist of.
 *
 * @module
 */
export type { ComposeSource } from "./load";
export type { ContainerOptions } from "./mounts";
export { type Planned, type PlannedKind, Reference, SecretText } from "./plan";
export { planProject } from "./plan-project";
export { type Project, type ProjectOptions, readProject } from "./project";
export { looksSecret } from "./secret-variables";
export { ComposeError } from "./source";
