import { DEFAULT_SECURITY, EndpointStatus, EndpointType, UNASSIGNED_GROUP } from "../../../contract";
import type { EngineOptions } from "../../options";
import type { Services } from "../../services";
import type { TlsRecord } from "../../store/records";
import { hasAdministrator } from "../user";

import { takeSnapshot } from "./snapshot";

/** Makes the environment `primary`, if there is an administrator and no environment yet. It need not be up. */
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
    // Another replica may have been quicker.
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
