import { contract } from "../contract";
import { apiDocsHandlers } from "./api/api-docs";
import { apiKeyHandlers } from "./api/api-key";
import { authHandlers } from "./api/auth";
import { backupHandlers } from "./api/backup";
import { customTemplateHandlers } from "./api/custom-template";
import { dockerHubHandlers } from "./api/docker-hub";
import { edgeGroupHandlers } from "./api/edge-group";
import { endpointHandlers } from "./api/endpoint";
import { endpointGroupHandlers } from "./api/endpoint-group";
import { engineHandlers } from "./api/engine";
import { registryHandlers } from "./api/registry";
import { resourceControlHandlers } from "./api/resource-control";
import { settingsHandlers } from "./api/settings";
import { sslHandlers } from "./api/ssl";
import { stackHandlers } from "./api/stack";
import { statusHandlers } from "./api/status";
import { tagHandlers } from "./api/tag";
import { teamHandlers } from "./api/team";
import { teamMembershipHandlers } from "./api/team-membership";
import { tlsFileHandlers } from "./api/tls-file";
import { userHandlers } from "./api/user";
import { webhookHandlers } from "./api/webhook";
import { HttpError } from "./http-error";
import { mount } from "./route/mount";
import { acceptOldPaths } from "./route/old-paths";
import { Router } from "./route/router";
import type { Services } from "./services";

/** Portainer shows news of its vendor here; this server has none. */
const NO_MESSAGE = { Title: "", Message: "", ContentLayout: null, Style: "", Hash: null };

/** The operations of the API, by entity. */
export function createApi(services: Services): Router {
  const router = new Router();

  mount(router, services, contract.status, statusHandlers(services));
  mount(router, services, contract.settings, settingsHandlers(services));
  mount(router, services, contract.auth, authHandlers(services));
  mount(router, services, contract.users, userHandlers(services));
  mount(router, services, contract.apiKeys, apiKeyHandlers(services));
  mount(router, services, contract.teams, teamHandlers(services));
  mount(router, services, contract.teamMemberships, teamMembershipHandlers(services));
  mount(router, services, contract.tags, tagHandlers(services));
  mount(router, services, contract.endpointGroups, endpointGroupHandlers(services));
  mount(router, services, contract.endpoints, endpointHandlers(services));
  mount(router, services, contract.edgeGroups, edgeGroupHandlers(services));
  mount(router, services, contract.engines, engineHandlers(services));
  mount(router, services, contract.tlsFiles, tlsFileHandlers(services));
  mount(router, services, contract.resourceControls, resourceControlHandlers(services));
  mount(router, services, contract.registries, registryHandlers(services));
  mount(router, services, contract.dockerHub, dockerHubHandlers(services));
  mount(router, services, contract.stacks, stackHandlers(services));
  mount(router, services, contract.customTemplates, customTemplateHandlers(services));
  mount(router, services, contract.appTemplates, { list: refuseCatalogue });
  mount(router, services, contract.webhooks, webhookHandlers(services));
  mount(router, services, contract.roles, { list: () => [] });
  mount(router, services, contract.motd, { get: () => NO_MESSAGE });
  mount(router, services, contract.ssl, sslHandlers(services));
  mount(router, services, contract.backups, backupHandlers(services));
  mount(router, services, contract.apiDocs, apiDocsHandlers());
  acceptOldPaths(router, services.authenticator);
  return router;
}

/** What Portainer answers when it cannot reach its catalogue. */
function refuseCatalogue(): never {
  throw new HttpError(
    500,
    "Unable to retrieve templates via the network",
    "this server has no catalogue of templates",
  );
}
