import { StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { HttpError } from "../../http-error";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import { endpointCalled, requiredEndpointId } from "./access";
import { normalized } from "./create";
import { stopStack } from "./run";

/** Removes a swarm's stack that somebody has deployed without this server. */
export async function deleteExternal(
  services: Services,
  caller: Caller,
  name: string,
  query: { endpointId?: string | undefined },
): Promise<undefined> {
  const { store } = services;
  const endpointId = requiredEndpointId(query);
  if (!caller.isAdmin) throw new HttpError(401, "Permission denied to delete the stack", "Unauthorized");
  if (store.stacks.find(({ Name }) => Name === name))
    throw new HttpError(
      400,
      "A stack with this name exists inside the database. Cannot use external delete method",
      "A tag already exists with this name",
    );
  const endpoint = endpointCalled(store, endpointId, "itsEndpoint");
  await stopStack(
    services,
    caller,
    { ...NOBODYS, Name: normalized(name), EndpointId: endpoint.Id },
    endpoint,
  ).catch((cause: Error) => {
    throw new HttpError(500, "Unable to delete stack", cause.message, { cause });
  });
}

/** As much of a stack as is known of one that is not stored. */
const NOBODYS: Omit<StackRecord, "Name" | "EndpointId"> = {
  Id: 0,
  Type: StackType.swarm,
  SwarmId: "",
  EntryPoint: "docker-compose.yml",
  Env: null,
  Status: StackStatus.active,
  CreationDate: 0,
  CreatedBy: "",
  UpdateDate: 0,
  UpdatedBy: "",
  AdditionalFiles: null,
  AutoUpdate: null,
  Option: null,
  GitConfig: null,
  FromAppTemplate: false,
  Files: {},
};
