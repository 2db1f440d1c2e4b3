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
export {
  ApiError,
  ConnectionError,
  ContractError,
  isApiError,
  isConnectionError,
  isContractError,
  isLoginError,
  LoginError,
} from "./errors";
export type { CallOptions, ClientOptions, Credentials } from "./options";
export type { DockerClient, PortainerClient, RequestOf, ResponseOf, RouteFunction } from "./types";
