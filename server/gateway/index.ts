/**
 * The gateway plane: Docker engines behind the server, with Portainer's rules about who may do what.
 *
 * @module
 */
export { type Engine, EngineRefusal, Engines } from "./engine/engine";
export { createGateway, type Gateway } from "./gateway";
export type * from "./host";
export type { DockerSnapshot } from "./probe";
export type { Behind } from "./target";
