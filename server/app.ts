import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { contract } from "../contract";
import { apiDocsHandlers } from "./api/api-docs";
import { apiKeyHandlers } from "./api/api-key";
import { authHandlers } from "./api/auth";
import { backupHandlers } from "./api/backup";
import { customTemplateHandlers } from "./api/custom-template";
import { dockerHubHandlers } from "./api/docker-hub";
import { endpointHandlers } from "./api/endpoint";
import { endpointGroupHandlers } from "./api/endpoint-group";
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
import { refuseTwoCredentials } from "./auth/authenticate";
import type { CsrfGuard } from "./auth/csrf";
import { errorResponse } from "./http/errors";
import { HttpError } from "./http-error";
import { type Api, mount, refuseOtherMethods } from "./route/mount";
import { acceptOldPaths } from "./route/old-paths";
import type { Services } from "./services";

/** A real Portainer shows its makers' news; this server asks nobody. */
const NO_MESSAGE = { Title: "", Message: "", ContentLayout: null, Style: "", Hash: null };

/** The API plane: what this server has, in order. */
export function createApp(services: Services, csrf: CsrfGuard, log: (error: unknown) => void) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const api: Api = new Hono();

  api.use(async (c, next) => {
    const { headers } = c.env.incoming;
    refuseTwoCredentials({ headers, url: new URL(c.req.url) });
    await next();
    if (!c.res.ok) return;
    const { token, setCookie } = csrf.issue(headers);
    c.res.headers.set("X-Csrf-Token", token);
    if (setCookie) c.res.headers.append("Set-Cookie", setCookie);
  });

  mount(api, services, contract.status, statusHandlers(services));
  mount(api, services, contract.settings, settingsHandlers(services));
  mount(api, services, contract.auth, authHandlers(services));
  mount(api, services, contract.users, userHandlers(services));
  mount(api, services, contract.apiKeys, apiKeyHandlers(services));
  mount(api, services, contract.teams, teamHandlers(services));
  mount(api, services, contract.teamMemberships, teamMembershipHandlers(services));
  mount(api, services, contract.tags, tagHandlers(services));
  mount(api, services, contract.endpointGroups, endpointGroupHandlers(services));
  mount(api, services, contract.endpoints, endpointHandlers(services));
  mount(api, services, contract.tlsFiles, tlsFileHandlers(services));
  mount(api, services, contract.resourceControls, resourceControlHandlers(services));
  mount(api, services, contract.registries, registryHandlers(services));
  mount(api, services, contract.dockerHub, dockerHubHandlers(services));
  mount(api, services, contract.stacks, stackHandlers(services));
  mount(api, services, contract.customTemplates, customTemplateHandlers(services));
  mount(api, services, contract.appTemplates, { list: refuseCatalogue });
  mount(api, services, contract.webhooks, webhookHandlers(services));
  mount(api, services, contract.roles, { list: () => [] });
  mount(api, services, contract.motd, { get: () => NO_MESSAGE });
  mount(api, services, contract.ssl, sslHandlers(services));
  mount(api, services, contract.backups, backupHandlers(services));
  mount(api, services, contract.apiDocs, apiDocsHandlers());
  acceptOldPaths(app, api, services.authenticator);
  refuseOtherMethods(
    api,
    Object.values(contract).flatMap((routes) => Object.values(routes)),
  );

  app.route("/api", api);
  app.notFound((c) => c.text("404 page not found\n", 404));
  app.onError((error, c) => {
    if (!(error instanceof HttpError)) log(error);
    const { status, body } = errorResponse(error);
    return c.json(body, status as ContentfulStatusCode);
  });
  return app;
}

/** What Portainer answers when it cannot reach its catalogue. */
function refuseCatalogue(): never {
  throw new HttpError(
    500,
    "Unable to retrieve templates via the network",
    "this server has no catalogue of templates",
  );
}
