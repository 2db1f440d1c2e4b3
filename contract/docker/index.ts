import { configs } from "./config";
import { containers } from "./container";
import { exec } from "./exec";
import { images } from "./image";
import { networks } from "./network";
import { secrets } from "./secret";
import { services, tasks } from "./service";
import { nodes, swarm } from "./swarm";
import { system } from "./system";
import { volumes } from "./volume";

/** The engine's operations that go through Portainer's gateway, below `/api/endpoints/:endpointId/docker`. */
export const dockerContract = {
  configs,
  containers,
  exec,
  images,
  networks,
  nodes,
  secrets,
  services,
  swarm,
  system,
  tasks,
  volumes,
};
export type DockerContract = typeof dockerContract;
