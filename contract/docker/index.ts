import { containers } from "./container";
import { images } from "./image";
import { networks } from "./network";
import { system } from "./system";
import { volumes } from "./volume";

/** The engine's operations that go through Portainer's gateway, below `/api/endpoints/:endpointId/docker`. */
export const dockerContract = { containers, images, networks, system, volumes };
export type DockerContract = typeof dockerContract;
