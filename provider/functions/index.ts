/**
 * The functions that a program calls. The SDK loads this module at the first call.
 *
 * @module
 */
export * from "./docker";
export { runFunction, runFunctionOn } from "./function";
export * from "./portainer";
