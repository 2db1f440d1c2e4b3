import type { contract } from "../../../contract";
import { mayUseEndpoint } from "../../auth/access";
import type { Call } from "../../route/call";
import { integerIn } from "../../route/params";
import type { EndpointRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { endpointFilter } from "./filter";
import { showing } from "./shown";
import { endpointOrder } from "./sort";

type ListCall = Call<typeof contract.endpoints.list>;

/** Two headers say how many matched and how many there are, whatever the page. */
export function listEndpoints(store: Store, { caller, query, reply }: ListCall) {
  const accessible = store.endpoints.filter((endpoint) => mayUseEndpoint(store, caller, endpoint));
  const matching = accessible.filter(endpointFilter(store, query));
  matching.sort(endpointOrder(store, query));
  reply.headers["X-Total-Count"] = String(matching.length);
  reply.headers["X-Total-Available"] = String(accessible.length);
  const show = showing({
    snapshot: query.excludeSnapshots !== "true",
    composeVersion: "3.9",
    checkinInterval: store.settings.get(1)?.EdgeAgentCheckinInterval ?? 0,
    hidesUsers: !caller.isAdmin,
  });
  return page(matching, query).map(show);
}

/** Without a limit there is one page, wherever it should start. */
function page(endpoints: EndpointRecord[], { start, limit }: ListCall["query"]): EndpointRecord[] {
  const from = Math.max(0, integerIn(start) - 1);
  const size = integerIn(limit);
  return size > 0 ? endpoints.slice(from, from + size) : endpoints;
}
