import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ResourceControl, SecuritySettings } from "../../contract";
import type { Caller } from "../../server/auth/caller";
import {
  createGateway,
  Engines,
  type Gateway,
  type GatewayEnvironment,
  type GatewayHost,
} from "../../server/gateway";
import type { GatewayTarget } from "../../server/gateway/target";
import { Target } from "../../server/http/target";
import { HttpError } from "../../server/http-error";

/** A gateway on a port of its own, in front of an engine, with nothing else of the server. */
export interface TestGateway extends AsyncDisposable {
  /** The engine's URL as a Docker client would be given it: below `/api/endpoints/1/docker`. */
  readonly url: string;
  readonly gateway: Gateway;
  readonly environment: GatewayEnvironment;
  readonly controls: ResourceControl[];
  /** Labels that hide containers from lists. */
  readonly hidden: { name: string; value: string }[];
}

export const ALLOW_NOTHING: SecuritySettings = {
  allowBindMountsForRegularUsers: false,
  allowPrivilegedModeForRegularUsers: false,
  allowVolumeBrowserForRegularUsers: false,
  allowHostNamespaceForRegularUsers: false,
  allowDeviceMappingForRegularUsers: false,
  allowStackManagementForRegularUsers: false,
  allowContainerCapabilitiesForRegularUsers: false,
  allowSysctlSettingForRegularUsers: false,
  enableHostManagementFeatures: false,
};

/** The API keys it knows: the administrator's and two standard users'. */
export const CALLERS: Record<string, Caller> = {
  admin: caller(1, "admin", true),
  alice: caller(2, "alice", false),
  bob: caller(3, "bob", false),
};

function caller(id: number, username: string, isAdmin: boolean): Caller {
  return { id, username, role: isAdmin ? 1 : 2, isAdmin, teamIds: [], teamLeaderOf: [] };
}

export async function startGateway(engine: Pick<GatewayEnvironment, "url" | "tls">): Promise<TestGateway> {
  const controls: ResourceControl[] = [];
  const hidden: { name: string; value: string }[] = [];
  const environment: GatewayEnvironment = { id: 1, type: 1, security: ALLOW_NOTHING, ...engine };
  const gateway = createGateway(hostWith(environment, controls, hidden), new Engines());
  const targetOf = (request: IncomingMessage): GatewayTarget => {
    const target = gateway.find(new Target(request));
    if (!target) throw new Error(`Not for the gateway: ${request.url}`);
    return target;
  };
  const server = createServer({
    shouldUpgradeCallback: (request: IncomingMessage) => gateway.takesOver(request, targetOf(request)),
  });
  server.on("request", (request, response) => {
    const target = targetOf(request);
    const reply = { response, headers: [] };
    if (target.to === "terminal") void gateway.refuseTerminal(reply, target);
    else void gateway.handle(request, reply, target, 1);
  });
  server.on("upgrade", (request, socket, head) => {
    const target = targetOf(request);
    const takeover = { request, connection: socket, head };
    if (target.to === "terminal") void gateway.terminal(takeover, target);
    else void gateway.upgrade(takeover, target, 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/endpoints/1/docker`,
    gateway,
    environment,
    controls,
    hidden,
    [Symbol.asyncDispose]: () => stop(server, gateway),
  };
}

async function stop(server: Server, gateway: Gateway): Promise<void> {
  await gateway.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function hostWith(
  environment: GatewayEnvironment,
  controls: ResourceControl[],
  hidden: { name: string; value: string }[],
): GatewayHost {
  const store = (type: number, resourceId: string, access: Partial<ResourceControl>): ResourceControl => {
    const control = {
      ...EMPTY_CONTROL,
      ...access,
      Id: controls.length + 1,
      Type: type,
      ResourceId: resourceId,
    };
    controls.push(control);
    return control;
  };
  return {
    authorize: async ({ headers }) => ({ caller: callerOf(headers), environment }),
    controls: {
      current: async () => ({
        isEmpty: controls.length === 0,
        find: (type, id) => controls.find((it) => it.Type === type && it.ResourceId === id),
      }),
      createPrivate: async (type, id, UserId) =>
        store(type, id, { UserAccesses: [{ UserId, AccessLevel: 1 }] }),
      createFromLabels: async (type, id, access) => store(type, id, { Public: access.public }),
      remove: async (type, id) => {
        const at = controls.findIndex((it) => it.Type === type && it.ResourceId === id);
        if (at >= 0) controls.splice(at, 1);
      },
      mayUse: ({ id }, control) => control.Public || control.UserAccesses.some(({ UserId }) => UserId === id),
    },
    authenticate: async ({ headers }) => void callerOf(headers),
    kubernetesAccessChanged: () => {},
    startShell: async () => {
      throw new HttpError(500, "Unable to create user shell");
    },
    kubernetesToken: async ({ username }) => `token-of-${username}`,
    hiddenLabels: async () => hidden,
    registryAuth: async (_caller, _environment, id) =>
      id === 7 ? { username: "robot", password: "s3cret", serveraddress: "registry.test" } : undefined,
  };
}

const EMPTY_CONTROL: ResourceControl = {
  Id: 0,
  ResourceId: "",
  SubResourceIds: [],
  Type: 0,
  UserAccesses: [],
  TeamAccesses: [],
  Public: false,
  AdministratorsOnly: false,
  System: false,
};

function callerOf(headers: IncomingHttpHeaders): Caller {
  const known = CALLERS[String(headers["x-api-key"])];
  if (!known) throw new HttpError(401, "Invalid JWT token", "Unauthorized");
  return known;
}
