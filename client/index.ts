/**
 * A typed client of the Portainer API, with one function for each route of the contract.
 *
 * @example
 * ```ts
 * const client = createClient({ url: "https://portainer.example", credentials: { apiKey } });
 * const environment = await client.endpoints.get({ params: { id: 1 } });
 * const { Id } = await client.docker(1).containers.create({ query: { name: "web" }, body: { Image: "nginx" } });
 * ```
 *
 * @module
 */
import "../contract/supported-node";

export { createClient } from "./client";
export { ApiError, isApiError } from "./errors/api-error";
export { ConnectionError, isConnectionError } from "./errors/connection-error";
export { ContractError, isContractError } from "./errors/contract-error";
export { isLoginError, LoginError } from "./errors/login-error";
export type { CallOptions, ClientOptions, Credentials } from "./options";
export type { DockerClient, PortainerClient, RequestOf, ResponseOf, RouteFunction } from "./types";
