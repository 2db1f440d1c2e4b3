import { type contract, EndpointStatus, UNASSIGNED_GROUP } from "../../../contract";
import { mayUseEndpoint } from "../../auth/access";
import { isAgent, isEdge } from "../../gateway/environment-type";
import { HttpError, noSuchRow } from "../../http-error";
import type { RouteCall } from "../../route/call";
import { integerIn } from "../../route/params";
import type { EndpointRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { isMember } from "../edge-group";
import { carriesTags } from "../tag";
import { showing } from "./shown";

type Query = RouteCall<typeof contract.endpoints.list>["query"];
type Test = (endpoint: EndpointRecord) => boolean;

/** Combines all filters of a query. Invalid numbers are refused in Portainer's order. */
function endpointFilter(store: Store, query: Query): Test {
  const status = numbers(query, "status[]");
  const groups = numbers(query, "groupIds[]");
  const types = numbers(query, "types[]");
  const tags = numbers(query, "tagIds[]");
  const included = numbers(query, "endpointIds[]");
  const excluded = numbers(query, "excludeIds[]");
  requireStackStatus(query.edgeStackStatus);
  const tests: Test[] = [];
  const among = (wanted: number[], value: (endpoint: EndpointRecord) => number) => {
    if (wanted.length > 0) tests.push((endpoint) => wanted.includes(value(endpoint)));
  };
  among(included, ({ Id }) => Id);
  among(groups, ({ GroupId }) => GroupId);
  among(status, presentStatus);
  among(types, ({ Type }) => Type);
  if (excluded.length > 0) tests.push(({ Id }) => !excluded.includes(Id));
  if (tags.length > 0)
    tests.push((endpoint) => carriesTags(store, endpoint, tags, query.tagsPartialMatch === "true"));
  tests.push(...edgeTests(query));
  const versions = query["agentVersions[]"] ?? [];
  if (versions.length > 0)
    tests.push(
      ({ Type, AgentVersion = "" }) => !(isAgent(Type) || isEdge(Type)) || versions.includes(AgentVersion),
    );
  if (query.name) tests.push(({ Name }) => Name === query.name);
  if (query.search) tests.push(searchTest(store, query.search.toLowerCase()));
  return (endpoint) => tests.every((test) => test(endpoint));
}

type ListName = Exclude<Extract<keyof Query, `${string}[]`>, "agentVersions[]">;

/** The filters for edge environments. This server has no edge stacks, and no edge agent ever checks in. */
function edgeTests(query: Query): Test[] {
  const tests: Test[] = [];
  const ofEdge = (test: Test) => tests.push((endpoint) => !isEdge(endpoint.Type) || test(endpoint));
  if (query.edgeAsync) ofEdge(() => query.edgeAsync !== "true");
  ofEdge(({ UserTrusted = false }) => UserTrusted !== (query.edgeDeviceUntrusted === "true"));
  if (integerIn(query.edgeCheckInPassedSeconds) > 0) ofEdge(() => false);
  const stack = integerIn(query.edgeStackId);
  if (stack !== 0)
    throw new HttpError(
      500,
      "Unable to filter endpoints",
      `Unable to retrieve edge stack from the database: ${noSuchRow("edge_stack", stack)}`,
    );
  return tests;
}

function numbers(query: Query, name: ListName): number[] {
  return (query[name] ?? []).map((text) => number(text, `Unable to parse parameter ${name.slice(0, -2)}`));
}

function number(text: string, failure: string): number {
  const fault = !/^[+-]?\d+$/.test(text)
    ? "invalid syntax"
    : Math.abs(Number(text)) >= 2 ** 63 && "value out of range";
  if (!fault) return Number(text);
  throw invalid(`${failure}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${fault}`);
}

/** The statuses that Portainer accepts here; it leaves out 10 (paused), 11 (rolling back) and 12 (rolled back). */
const STACK_STATUS = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13]);

function requireStackStatus(text: string | undefined): void {
  if (text && !STACK_STATUS.has(number(text, "failed parsing edgeStackStatus")))
    throw invalid("invalid edgeStackStatus parameter");
}

const invalid = (details: string): HttpError => new HttpError(400, "Invalid query parameters", details);

/** No edge agent ever checks in here, so an edge environment counts as down, although it is stored as up. */
const presentStatus = ({ Type, Status }: EndpointRecord): number =>
  isEdge(Type) ? EndpointStatus.down : Status;

function searchTest(store: Store, wanted: string): Test {
  const tagNames = (ids: readonly number[]) => ids.map((id) => store.tags.get(id)?.Name ?? "");
  const edgeGroups = store.edgeGroups.filter(({ Name }) => Name.toLowerCase().includes(wanted));
  return (endpoint) => {
    const { Name, URL, Status, TagIds, GroupId } = endpoint;
    if (wanted === "up" && Status === EndpointStatus.up) return true;
    if (wanted === "down" && Status === EndpointStatus.down) return true;
    const group = store.endpointGroups.get(GroupId);
    const texts = [Name, URL, group?.Name ?? "", ...tagNames(TagIds), ...tagNames(group?.TagIds ?? [])];
    return (
      texts.some((text) => text.toLowerCase().includes(wanted)) ||
      edgeGroups.some((edgeGroup) => isMember(store, endpoint, edgeGroup))
    );
  };
}

type Order = (a: EndpointRecord, b: EndpointRecord) => number;

/** Without a known `sort`, environments are ordered by id. */
function endpointOrder(store: Store, { sort, order }: Query): Order {
  // Unassigned environments come first.
  const group = ({ GroupId }: EndpointRecord) =>
    GroupId === UNASSIGNED_GROUP ? "" : (store.endpointGroups.get(GroupId)?.Name ?? "");
  const orders: Record<string, Order> = {
    Name: (a, b) => natural(a.Name, b.Name),
    Group: (a, b) => natural(group(a), group(b)),
    Status: (a, b) => a.Status - b.Status,
  };
  const compare = orders[sort ?? ""];
  if (!compare) return (a, b) => a.Id - b.Id;
  return order === "desc" ? (a, b) => compare(b, a) : compare;
}

/**
 * The order of Portainer's library: digits come before all else and compare as numbers (of equal ones that with fewer
 * zeros before it comes first), anything else compares by bytes. `env-2` comes before `env-10`.
 */
function natural(a: string, b: string): number {
  const [left, right] = [chunks(a), chunks(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compareChunks(left[at] ?? "", right[at] ?? "");
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const chunks = (text: string): string[] => text.match(/\d+|[^\d]/gu) ?? [];

function compareChunks(a: string, b: string): number {
  const isNumber = /^\d/.test(a);
  if (isNumber !== /^\d/.test(b)) return isNumber ? -1 : 1;
  if (!isNumber) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : a.length - b.length);
}

type ListCall = RouteCall<typeof contract.endpoints.list>;

/** Lists a page of environments. Two headers give the number of matches and of all accessible environments. */
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

/** Without a limit, `start` is ignored and all environments are on one page. */
function page(endpoints: EndpointRecord[], { start, limit }: ListCall["query"]): EndpointRecord[] {
  const from = Math.max(0, integerIn(start) - 1);
  const size = integerIn(limit);
  return size > 0 ? endpoints.slice(from, from + size) : endpoints;
}
