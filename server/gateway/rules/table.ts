import { created, inspected, listed, removed, swarm } from "./answers";
import { rewriteBuild } from "./build";
import { config, container, network, secret, service, task, volume } from "./kind";
import { registryAuth, volumeBrowser, volumeNameIsFree } from "./requests";
import type { Rule } from "./rule";
import { containerSecurity, serviceSecurity } from "./security";

/** What Portainer does with requests to an engine, first match first. Whatever is not here passes through. */
export const RULES: readonly Rule[] = [
  { on: "POST /containers/create", request: [containerSecurity], answer: created(container) },
  { on: "POST /containers/prune", for: "administrator" },
  { on: "GET /containers/json", answer: listed(container) },
  { on: "GET /containers/:id/json", answer: inspected(container) },
  { on: "DELETE /containers/:id", for: container, answer: removed(container) },
  { on: "POST /containers/:id/attach", for: container, takeover: true },
  { on: "GET /containers/:id/attach/ws", for: container, takeover: true },
  { on: "* /containers/:id", for: container },
  { on: "* /containers/:id/**", for: container },

  { on: "POST /services/create", request: [serviceSecurity, registryAuth], answer: created(service) },
  { on: "GET /services", answer: listed(service) },
  { on: "GET /services/:id", answer: inspected(service) },
  { on: "DELETE /services/:id", for: service, answer: removed(service) },
  { on: "* /services/:id", for: service },
  { on: "* /services/:id/**", for: service, request: [registryAuth] },

  { on: "POST /volumes/create", request: [volumeNameIsFree], answer: created(volume) },
  { on: "POST /volumes/prune", for: "administrator" },
  { on: "GET /volumes", answer: listed(volume, "Volumes") },
  { on: "GET /volumes/:id", answer: inspected(volume) },
  { on: "DELETE /volumes/:id", for: volume, answer: removed(volume) },
  { on: "* /volumes/:id", for: volume },

  { on: "POST /networks/create", answer: created(network) },
  { on: "POST /networks/prune", for: "administrator" },
  { on: "GET /networks", answer: listed(network) },
  { on: "GET /networks/:id", answer: inspected(network) },
  { on: "DELETE /networks/:id", for: network, answer: removed(network) },
  { on: "* /networks/:id", for: network },
  { on: "* /networks/:id/**", for: network },

  { on: "POST /secrets/create", answer: created(secret) },
  { on: "GET /secrets", answer: listed(secret) },
  { on: "GET /secrets/:id", answer: inspected(secret) },
  { on: "DELETE /secrets/:id", for: secret, answer: removed(secret) },
  { on: "* /secrets/:id", for: secret },
  { on: "* /secrets/:id/**", for: secret },

  { on: "POST /configs/create", answer: created(config) },
  { on: "GET /configs", answer: listed(config) },
  { on: "GET /configs/:id", answer: inspected(config) },
  { on: "DELETE /configs/:id", for: config, answer: removed(config) },
  { on: "* /configs/:id", for: config },
  { on: "* /configs/:id/**", for: config },

  { on: "GET /tasks", answer: listed(task) },

  { on: "GET /swarm", answer: swarm },
  { on: "* /swarm/**", for: "administrator" },
  { on: "* /nodes/:id", for: "administrator" },
  { on: "* /nodes/:id/**", for: "administrator" },

  { on: "POST /exec/:id/start", takeover: true },
  { on: "POST /session", takeover: true },
  { on: "POST /grpc", takeover: true },

  { on: "POST /build", request: [rewriteBuild] },
  { on: "POST /images/**", request: [registryAuth] },
  { on: "GET /distribution/**", request: [registryAuth] },

  // An agent's own paths, below /v2.
  { on: "* /browse/**", request: [volumeBrowser] },

  // Podman's own API does the same things under other names.
  { on: "* /libpod/**", for: "administrator" },
];
