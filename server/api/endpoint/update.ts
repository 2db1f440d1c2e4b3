import type { z } from "zod";
import type { contract } from "../../../contract";
import { connectionOf } from "../../environment";
import { found, HttpError, noSuchRow } from "../../http-error";
import type { Services } from "../../services";
import type { EndpointRecord, TlsRecord } from "../../store/records";
import type { TlsFiles } from "../../tls-files";
import { unknownTag } from "../tag";
import { requireFreeName } from "./create";
import { shown } from "./shown";

type Change = z.output<typeof contract.endpoints.update.body>;

/** Does not contact the engine: an environment may be given the URL of an engine that does not run yet. */
export async function updateEndpoint(services: Services, id: number, change: Change) {
  const { store, tlsFiles } = services;
  const before = found(store.endpoints, id);
  if (change.Name !== undefined) requireFreeName(store, change.Name, id);
  const TLSConfig = await newTlsConfig(tlsFiles, before, change);
  const pointsElsewhere = change.TLS !== undefined || (change.URL !== undefined && change.URL !== before.URL);
  if (pointsElsewhere) await requireUsableTls(services, { ...before, TLSConfig });
  return store.change(() => {
    const endpoint = found(store.endpoints, id);
    if (change.Name !== undefined) requireFreeName(store, change.Name, id);
    const unknown = unknownTag(store, change.TagIDs ?? []);
    if (unknown !== undefined)
      throw new HttpError(500, "Unable to update environment tags", noSuchRow("tags", unknown));
    return shown(store.endpoints.put(id, { ...applied(endpoint, change), TLSConfig }), { snapshot: true });
  });
}

/** Absent fields stay as they are. */
function applied(endpoint: EndpointRecord, change: Change): EndpointRecord {
  return {
    ...endpoint,
    Name: change.Name ?? endpoint.Name,
    URL: change.URL ?? endpoint.URL,
    PublicURL: change.PublicURL ?? endpoint.PublicURL,
    Gpus: change.Gpus ?? endpoint.Gpus,
    GroupId: change.GroupID ?? endpoint.GroupId,
    Status: change.Status === 1 || change.Status === 2 ? change.Status : endpoint.Status,
    TagIds: change.TagIDs ?? endpoint.TagIds,
    UserAccessPolicies: change.UserAccessPolicies ?? endpoint.UserAccessPolicies,
    TeamAccessPolicies: change.TeamAccessPolicies ?? endpoint.TeamAccessPolicies,
    ...(change.Kubernetes && { Kubernetes: change.Kubernetes }),
    EdgeCheckinInterval: change.EdgeCheckinInterval ?? endpoint.EdgeCheckinInterval,
  };
}

/** Uses the TLS files that were uploaded before (`POST /upload/tls/…`), or deletes them. */
async function newTlsConfig(files: TlsFiles, endpoint: EndpointRecord, change: Change): Promise<TlsRecord> {
  const { Id, TLSConfig: before } = endpoint;
  if (change.TLS === undefined) return before;
  if (!change.TLS) {
    await files.remove(Id);
    return { TLS: false, TLSSkipVerify: false };
  }
  let config: TlsRecord = { ...before, TLS: true };
  if (change.TLSSkipVerify !== undefined) {
    const { TLSCACert, ...rest } = config;
    config = { ...rest, TLSSkipVerify: change.TLSSkipVerify };
    if (change.TLSSkipVerify) await files.removeFile(Id, "ca");
    else config.TLSCACert = await files.path(Id, "ca");
  }
  if (change.TLSSkipClientVerify !== undefined) {
    const { TLSCert, TLSKey, ...rest } = config;
    config = rest;
    if (change.TLSSkipClientVerify)
      await Promise.all([files.removeFile(Id, "cert"), files.removeFile(Id, "key")]);
    else config = { ...rest, TLSCert: await files.path(Id, "cert"), TLSKey: await files.path(Id, "key") };
  }
  return config;
}

async function requireUsableTls(services: Services, endpoint: EndpointRecord): Promise<void> {
  try {
    const { tls } = await connectionOf(services, endpoint);
    if (tls)
      process.getBuiltinModule("node:tls").createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
  } catch (cause) {
    throw new HttpError(500, "Unable to register HTTP proxy for the environment", (cause as Error).message, {
      cause,
    });
  }
}
