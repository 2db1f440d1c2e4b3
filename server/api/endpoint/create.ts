import type { z } from "zod";
import {
  CreationType,
  type contract,
  DEFAULT_SECURITY,
  EndpointStatus,
  EndpointType,
  TLS_FILES,
  type TlsFile,
  UNASSIGNED_GROUP,
} from "../../../contract";
import { connectionOf } from "../../environment";
import { HttpError, noSuchRow } from "../../http-error";
import type { EngineOptions } from "../../options";
import { INVALID_PAYLOAD } from "../../route/decode";
import { integerIn } from "../../route/params";
import type { Services } from "../../services";
import type { EndpointRecord, Gpu, TlsRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { unknownTag } from "../tag";
import { hasAdministrator } from "../user";
import { shown } from "./shown";
import { look, takeSnapshot } from "./snapshot";

const EDGE_TUNNEL_PORT = 8000;

/** The host name that edge agents use to reach this server. Throws an `HttpError`. */
export function edgeHost(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host === "") throw new HttpError(400, "Unable to parse host", "hostname cannot be empty");
  if (host === "localhost")
    throw new HttpError(400, "Unable to parse host", "cannot use localhost as environment URL");
  return host;
}

/** An edge agent connects to the server, so its environment has only a host name and the key to start the agent with. */
function edgeSide(url: string, id: number): { URL: string; EdgeKey: string } {
  const host = edgeHost(url);
  const key = Buffer.from(`${url}|${host}:${EDGE_TUNNEL_PORT}||${id}`).toString("base64");
  return { URL: host, EdgeKey: key.replace(/=+$/, "") };
}

type Form = z.output<typeof contract.endpoints.create.form>;

const LOCAL_SOCKET = "unix:///var/run/docker.sock";
const LOCAL_CLUSTER = "https://kubernetes.default.svc";
/** Milliseconds. */
const AGENT_TIMEOUT = 3_000;

/**
 * Stores an environment whose engine answers. Everything that could refuse it comes first, so that a failure leaves
 * nothing behind but a used-up id.
 */
export async function createEndpoint(services: Services, form: Form) {
  const { store, tlsFiles } = services;
  const requested = readForm(form);
  requireFreeName(store, requested.Name);
  requireGroupAndTags(store, requested);
  const Id = await store.change(() => store.endpoints.nextId());
  try {
    const TLSConfig = await storeTlsFiles(services, Id, form);
    const draft = { Id, ...requested, TLSConfig };
    const endpoint =
      requested.Type === EndpointType.edgeAgentDocker ? asEdge(draft) : await reached(services, draft);
    return await store.change(() => {
      requireFreeName(store, endpoint.Name);
      requireGroupAndTags(store, endpoint);
      return shown(store.endpoints.put(Id, endpoint));
    });
  } catch (error) {
    await tlsFiles.remove(Id);
    throw error;
  }
}

async function reached(services: Services, draft: EndpointRecord): Promise<EndpointRecord> {
  const known = draft.Type === EndpointType.agentDocker ? await withAgent(services, draft) : draft;
  const seen = await look(services, known).catch((cause: Error) => {
    throw new HttpError(500, "Unable to initiate communications with environment", cause.message, { cause });
  });
  return { ...known, ...seen };
}

/** The agent itself says what it is in front of. */
async function withAgent(services: Services, draft: EndpointRecord): Promise<EndpointRecord> {
  const signal = AbortSignal.timeout(AGENT_TIMEOUT);
  const { TLS } = draft.TLSConfig;
  // Agents accept only TLS.
  const asked = TLS ? draft : { ...draft, TLSConfig: { TLS: true, TLSSkipVerify: false } };
  const environment = await connectionOf(services, asked);
  const { version, platform } = await services.gateway
    .pingAgent(environment, signal)
    .catch((cause: Error) => {
      throw new HttpError(500, "Unable to get environment type", cause.message, { cause });
    });
  // Like Portainer, store an agent that was reached without TLS as a plain engine.
  if (!TLS) return { ...draft, Type: EndpointType.docker };
  if (platform === "docker") return { ...draft, AgentVersion: version };
  const URL = draft.URL.replace(/^tcp:\/\//, "");
  return { ...draft, Type: EndpointType.agentKubernetes, URL, AgentVersion: version };
}

function asEdge(draft: EndpointRecord): EndpointRecord {
  return { ...draft, ...edgeSide(draft.URL, draft.Id), UserTrusted: true };
}

function readForm(form: Form): Omit<EndpointRecord, "Id" | "TLSConfig"> {
  const creationType = Number(form.EndpointCreationType);
  if (!["docker", "podman", "", undefined].includes(form.ContainerEngine))
    throw invalid("Invalid container engine value. Value must be one of: 'docker' or 'podman'");
  const TagIds = parseList<number>(form.TagIds, "Invalid TagIds parameter", Number.isInteger);
  requireTlsFiles(form);
  if (creationType === CreationType.azure) refuseAzure(form);
  if (creationType === CreationType.edgeAgent && !form.URL?.trim()) throw invalid("URL cannot be empty");
  return {
    Name: form.Name,
    Type: typeOf(creationType),
    ContainerEngine: form.ContainerEngine ?? "",
    URL: form.URL || (creationType === CreationType.localKubernetes ? LOCAL_CLUSTER : LOCAL_SOCKET),
    GroupId: integerIn(form.GroupID) || UNASSIGNED_GROUP,
    PublicURL: creationType === CreationType.edgeAgent ? "" : (form.PublicURL ?? ""),
    Gpus: parseList<Gpu>(form.Gpus, "Invalid Gpus parameter", isGpu),
    TagIds,
    Status: EndpointStatus.up,
    UserAccessPolicies: {},
    TeamAccessPolicies: {},
    EdgeKey: "",
    EdgeCheckinInterval: integerIn(form.EdgeCheckinInterval) || integerIn(form.CheckinInterval),
    SecuritySettings: DEFAULT_SECURITY,
    EnableGPUManagement: false,
  };
}

/** Portainer treats unknown types as a Docker engine. */
function typeOf(creationType: number): number {
  if (creationType === CreationType.edgeAgent) return EndpointType.edgeAgentDocker;
  if (creationType === CreationType.localKubernetes) return EndpointType.localKubernetes;
  return creationType === CreationType.agent ? EndpointType.agentDocker : EndpointType.docker;
}

/** Which TLS files the flags of a form require. */
function wantedFiles(form: Form): Record<TlsFile, boolean> {
  const tls = form.TLS === "true";
  const client = tls && form.TLSSkipClientVerify !== "true";
  return { ca: tls && form.TLSSkipVerify !== "true", cert: client, key: client };
}

const FORM_FILES = {
  ca: { field: "TLSCACertFile", name: "CA certificate" },
  cert: { field: "TLSCertFile", name: "certificate" },
  key: { field: "TLSKeyFile", name: "key" },
} as const;

function requireTlsFiles(form: Form): void {
  const wanted = wantedFiles(form);
  for (const file of TLS_FILES) {
    const { field, name } = FORM_FILES[file];
    if (wanted[file] && !form[field])
      throw invalid(`Invalid ${name} file. Ensure that the file is uploaded correctly`);
  }
}

async function storeTlsFiles({ tlsFiles }: Services, id: number, form: Form): Promise<TlsRecord> {
  const wanted = wantedFiles(form);
  const content = (file: TlsFile) => (wanted[file] ? form[FORM_FILES[file].field]?.content : undefined);
  const paths = await tlsFiles.writeAll(String(id), {
    ca: content("ca"),
    cert: content("cert"),
    key: content("key"),
  });
  const TLS = form.TLS === "true";
  return { TLS, TLSSkipVerify: TLS && form.TLSSkipVerify === "true", ...paths };
}

export function requireFreeName(store: Store, name: string, exceptId?: number): void {
  if (store.endpoints.find((other) => other.Name === name && other.Id !== exceptId))
    throw new HttpError(409, "Name is not unique");
}

function requireGroupAndTags(store: Store, endpoint: Pick<EndpointRecord, "GroupId" | "TagIds">): void {
  const unknown = unknownTag(store, endpoint.TagIds);
  if (unknown !== undefined)
    throw new HttpError(
      500,
      "An error occurred while trying to create the environment",
      noSuchRow("tags", unknown),
    );
  if (!store.endpointGroups.get(endpoint.GroupId))
    throw new HttpError(
      500,
      "Unable to find an environment group inside the database",
      noSuchRow("endpoint_groups", endpoint.GroupId),
    );
}

function refuseAzure(form: Form): never {
  if (!form.AzureApplicationID) throw invalid("Invalid Azure application ID");
  if (!form.AzureTenantID) throw invalid("Invalid Azure tenant ID");
  if (!form.AzureAuthenticationKey) throw invalid("Invalid Azure authentication key");
  throw new HttpError(500, "Unable to authenticate against Azure", "Azure environments are not supported");
}

function parseList<T>(text: string | undefined, refusal: string, accepts: (item: unknown) => boolean): T[] {
  if (!text) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(refusal);
  }
  if (value === null) return [];
  if (!Array.isArray(value) || !value.every(accepts)) throw invalid(refusal);
  return value as T[];
}

const isGpu = (item: unknown): boolean => typeof item === "object" && item !== null;

const invalid = (details: string): HttpError => new HttpError(400, INVALID_PAYLOAD, details);

/** Creates the environment `primary`, if there is an administrator and no environment yet. Its engine need not be running. */
export async function ensurePrimary(services: Services, engine: EngineOptions | undefined): Promise<void> {
  const { store } = services;
  if (!engine || store.endpoints.size > 0 || !hasAdministrator(store)) return;
  const Id = await store.change(() => store.endpoints.nextId());
  const endpoint = {
    Id,
    Name: "primary",
    Type: EndpointType.docker,
    ContainerEngine: "",
    URL: engine.url,
    GroupId: UNASSIGNED_GROUP,
    PublicURL: "",
    Gpus: [],
    TLSConfig: await storeFiles(services, Id, engine),
    TagIds: [],
    Status: EndpointStatus.up,
    UserAccessPolicies: {},
    TeamAccessPolicies: {},
    EdgeKey: "",
    EdgeCheckinInterval: 0,
    SecuritySettings: DEFAULT_SECURITY,
    EnableGPUManagement: false,
  };
  const isStored = await store.change(() => {
    // Another replica may have created it first.
    if (store.endpoints.size > 0) return false;
    store.endpoints.put(Id, endpoint);
    return true;
  });
  if (isStored) await takeSnapshot(services, endpoint);
  else await services.tlsFiles.remove(Id);
}

async function storeFiles({ tlsFiles }: Services, id: number, { tls }: EngineOptions): Promise<TlsRecord> {
  if (!tls) return { TLS: false, TLSSkipVerify: false };
  const paths = await tlsFiles.writeAll(String(id), tls);
  return { TLS: true, TLSSkipVerify: tls.ca === undefined, ...paths };
}
