import { type contract, EndpointStatus } from "../../../contract";
import { isAgent, isEdge } from "../../gateway/environment-type";
import { HttpError } from "../../http-error";
import { noSuchRow } from "../../not-found";
import type { Call } from "../../route/call";
import type { EndpointRecord } from "../../store/records";
import type { Store } from "../../store/store";

type Query = Call<typeof contract.endpoints.list>["query"];
type Test = (endpoint: EndpointRecord) => boolean;

/** All that a list's query asks for at once. */
export function endpointFilter(store: Store, query: Query): Test {
  const ids = (name: ListName) => numbers(query, name);
  const tests: Test[] = [];
  const among = (wanted: number[], value: (endpoint: EndpointRecord) => number) => {
    if (wanted.length > 0) tests.push((endpoint) => wanted.includes(value(endpoint)));
  };
  among(ids("endpointIds[]"), ({ Id }) => Id);
  among(ids("groupIds[]"), ({ GroupId }) => GroupId);
  among(ids("status[]"), presentStatus);
  among(ids("types[]"), ({ Type }) => Type);
  const excluded = ids("excludeIds[]");
  if (excluded.length > 0) tests.push(({ Id }) => !excluded.includes(Id));
  const tags = ids("tagIds[]");
  if (tags.length > 0) tests.push(tagTest(store, tags, query.tagsPartialMatch === "true"));
  tests.push(...edgeTests(query));
  const versions = query["agentVersions[]"] ?? [];
  if (versions.length > 0)
    tests.push(({ Type, AgentVersion = "" }) => !isAgent(Type) || versions.includes(AgentVersion));
  if (query.name) tests.push(({ Name }) => Name === query.name);
  if (query.search) tests.push(searchTest(store, query.search.toLowerCase()));
  return (endpoint) => tests.every((test) => test(endpoint));
}

type ListName = Exclude<Extract<keyof Query, `${string}[]`>, "agentVersions[]">;

/** What is asked of edge environments alone; none of theirs ever calls in here, and there are no stacks for them. */
function edgeTests(query: Query): Test[] {
  const tests: Test[] = [];
  const ofEdge = (test: Test) => tests.push((endpoint) => !isEdge(endpoint.Type) || test(endpoint));
  if (query.edgeAsync) ofEdge(() => query.edgeAsync !== "true");
  ofEdge(({ UserTrusted = false }) => UserTrusted !== (query.edgeDeviceUntrusted === "true"));
  if (Number(query.edgeCheckInPassedSeconds) > 0) ofEdge(() => false);
  if (query.edgeStackStatus && !/^[+-]?\d+$/.test(query.edgeStackStatus))
    throw new HttpError(400, "Invalid query parameters", "failed parsing edgeStackStatus");
  if (Number(query.edgeStackId))
    throw new HttpError(
      500,
      "Unable to filter endpoints",
      `Unable to retrieve edge stack from the database: ${noSuchRow("edge_stack", Number(query.edgeStackId))}`,
    );
  return tests;
}

function numbers(query: Query, name: ListName): number[] {
  return (query[name] ?? []).map((text) => {
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    throw new HttpError(
      400,
      "Invalid query parameters",
      `Unable to parse parameter ${name.slice(0, -2)}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  });
}

/** No edge agent ever calls in here, so an edge environment is down, though it is stored as up. */
const presentStatus = ({ Type, Status }: EndpointRecord): number =>
  isEdge(Type) ? EndpointStatus.down : Status;

function tagTest(store: Store, wanted: number[], any: boolean): Test {
  return ({ TagIds, GroupId }) => {
    const tags = [...TagIds, ...(store.endpointGroups.get(GroupId)?.TagIds ?? [])];
    return any ? wanted.some((tag) => tags.includes(tag)) : wanted.every((tag) => tags.includes(tag));
  };
}

function searchTest(store: Store, wanted: string): Test {
  const tagNames = (ids: readonly number[]) => ids.map((id) => store.tags.get(id)?.Name ?? "");
  return ({ Name, URL, Status, TagIds, GroupId }) => {
    if (wanted === "up" && Status === EndpointStatus.up) return true;
    if (wanted === "down" && Status === EndpointStatus.down) return true;
    const group = store.endpointGroups.get(GroupId);
    const texts = [Name, URL, group?.Name ?? "", ...tagNames(TagIds), ...tagNames(group?.TagIds ?? [])];
    return texts.some((text) => text.toLowerCase().includes(wanted));
  };
}
