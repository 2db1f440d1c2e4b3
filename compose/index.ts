/**
 * Reads Compose files, without Pulumi and without a server: what a project is to consist of.
 *
 * @module
 */
export type { ComposeSource } from "./load";
export { type Project, type ProjectOptions, readProject } from "./project";
export { ComposeError } from "./source";
