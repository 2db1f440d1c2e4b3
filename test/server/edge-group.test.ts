import { describe, jest } from "@jest/globals";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, play, startWorld, useWorld } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

let engine: TinyEngine;
/** Environment 1 has an engine. 2 and 3 are edge environments: 2 carries tag 1, 3 tag 2 and, by its group, tag 1. */
const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld();
  const { admin } = world;
  const edge = (Name: string, more: Record<string, string>) =>
    form({ Name, EndpointCreationType: "4", URL: "https://portainer.example.com", ...more });
  for (const Name of ["north", "south"]) await admin("POST", "/tags", { Name });
  await admin("POST", "/endpoint_groups", { Name: "plants", TagIDs: [1] });
  await admin("POST", "/endpoints", form({ Name: "direct", EndpointCreationType: "1", URL: engine.url }));
  await admin("POST", "/endpoints", edge("edge-2", { TagIds: "[1]" }));
  await admin("POST", "/endpoints", edge("edge-3", { TagIds: "[2]", GroupID: "2" }));
  return world;
});

const path = "/edge_groups";
const post = { as: "admin", method: "POST", path } as const;
const get = (id: number) => ({ as: "admin", method: "GET", path: `${path}/${id}` }) as const;
const put = (id: number) => ({ as: "admin", method: "PUT", path: `${path}/${id}` }) as const;
const refused = (details: string) => ({ message: "Invalid request payload", details });

describe("edge groups", () => {
  const disabled = { message: "Edge compute features are disabled" };
  play(world, [
    { name: "are an administrator's", as: "alice", method: "GET", path, status: 403 },
    { ...post, name: "need edge compute", body: {}, status: 503, expected: disabled },
    { ...get(9), name: "need edge compute to be read", status: 503, expected: disabled },
    {
      name: "are served with edge compute",
      as: "admin",
      method: "PUT",
      path: "/settings",
      body: { EnableEdgeComputeFeatures: true },
      status: 200,
    },
    { name: "begin as none", as: "admin", method: "GET", path, status: 200, expected: "[]" },
    { ...post, name: "have a name", body: {}, status: 400, expected: refused("Invalid Edge group name") },
    {
      ...post,
      name: "that are dynamic have tags",
      body: { Name: "x", Dynamic: true, TagIDs: [] },
      status: 400,
      expected: refused("TagIDs is mandatory for a dynamic Edge group"),
    },
    {
      ...post,
      name: "have environments that exist",
      body: { Name: "x", Endpoints: [99] },
      status: 500,
      expected: { message: "Unable to retrieve environment from the database" },
    },
    {
      ...post,
      name: "take edge environments alone",
      body: { Name: "static", Endpoints: [1, 2], TagIDs: [1] },
      status: 200,
      expected: {
        Id: 1,
        Name: "static",
        Dynamic: false,
        TagIds: [],
        Endpoints: [2],
        PartialMatch: false,
      },
    },
    {
      ...post,
      name: "have names of their own",
      body: { Name: "static" },
      status: 400,
      expected: {
        message: "Edge group name must be unique",
        details: "Edge group name must be unique",
      },
    },
    {
      ...post,
      name: "are known by their tags alone while they are dynamic",
      body: { Name: "all", Dynamic: true, TagIDs: [1, 2], Endpoints: [2] },
      status: 200,
      expected: { Id: 2, Dynamic: true, TagIds: [1, 2], Endpoints: [], PartialMatch: false },
    },
    {
      ...post,
      name: "may want one of their tags",
      body: { Name: "any", Dynamic: true, TagIDs: [1, 2], PartialMatch: true },
      status: 200,
      expected: { Id: 3, PartialMatch: true },
    },
    {
      ...get(2),
      name: "find what carries all tags, those of its group too",
      status: 200,
      expected: { Endpoints: [3] },
    },
    {
      ...get(3),
      name: "find what carries a tag",
      status: 200,
      expected: { Endpoints: [2, 3] },
      absent: ["TrustedEndpoints"],
    },
    {
      name: "are listed with what they are for",
      as: "admin",
      method: "GET",
      path,
      status: 200,
      expected: [
        {
          Id: 1,
          Endpoints: [2],
          TrustedEndpoints: [2],
          EndpointTypes: [4],
          HasEdgeStack: false,
          HasEdgeJob: false,
        },
        { Id: 2, Endpoints: [3], TrustedEndpoints: [3], EndpointTypes: [4] },
        { Id: 3, Endpoints: [2, 3], TrustedEndpoints: [2, 3], EndpointTypes: [4] },
      ],
    },
    {
      ...get(99),
      name: "that are not there",
      status: 404,
      expected: {
        message: "Unable to find an Edge group with the specified identifier inside the database",
        details: "Object not found inside the database (bucket=edgegroups, key=99)",
      },
    },
    {
      name: "have numbers",
      as: "admin",
      method: "GET",
      path: `${path}/x`,
      status: 400,
      expected: { message: "Invalid Edge group identifier route variable" },
    },
  ]);
});

describe("an edge group", () => {
  const list = (query: string) =>
    ({ as: "admin", method: "GET", path: `/endpoints?excludeSnapshots=true&${query}` }) as const;
  play(world, [
    {
      ...put(1),
      name: "keeps a name",
      body: {},
      status: 400,
      expected: refused("Invalid Edge group name"),
    },
    {
      ...put(1),
      name: "takes no other's name",
      body: { Name: "any" },
      status: 400,
      expected: { message: "Edge group name must be unique" },
    },
    { ...put(99), name: "is there before it is changed", body: { Name: "x" }, status: 404 },
    {
      ...put(1),
      name: "becomes dynamic, and its list of environments waits",
      body: { Name: "plants of the north", Dynamic: true, TagIDs: [2] },
      status: 200,
      expected: { Name: "plants of the north", TagIds: [2], Endpoints: [2], PartialMatch: false },
    },
    { ...get(1), name: "is what its tags find", status: 200, expected: { Endpoints: [3] } },
    {
      ...put(1),
      name: "becomes static, and its tags wait",
      body: { Name: "plants of the north", Endpoints: [3], PartialMatch: true },
      status: 200,
      expected: { TagIds: [2], Endpoints: [3], PartialMatch: true },
    },
    {
      ...list("search=NORTH"),
      name: "is found by in a list of environments",
      status: 200,
      expected: [{ Id: 2 }, { Id: 3 }],
    },
    {
      ...list("search=plants%20of"),
      name: "is found by with its members alone",
      status: 200,
      expected: [{ Id: 3 }],
    },
    {
      name: "takes and loses environments by their relations",
      as: "admin",
      method: "PUT",
      path: "/endpoints/relations",
      body: { Relations: { "1": { EdgeGroups: [1] }, "3": { EdgeGroups: [] } } },
      status: 204,
    },
    { ...get(1), name: "has the environment that was added", status: 200, expected: { Endpoints: [1] } },
    {
      name: "is there before an environment joins it",
      as: "admin",
      method: "PUT",
      path: "/endpoints/relations",
      body: { Relations: { "2": { EdgeGroups: [99] } } },
      status: 500,
      expected: { message: "Unable to update environment relations" },
    },
    {
      name: "is listed with the trusted among its environments",
      as: "admin",
      method: "GET",
      path,
      status: 200,
      expected: [{ Id: 1, Endpoints: [1], TrustedEndpoints: [], EndpointTypes: [1] }, {}, {}],
    },
    {
      name: "loses an environment that goes",
      as: "admin",
      method: "DELETE",
      path: "/endpoints/1",
      status: 204,
    },
    { ...get(1), name: "has lost it", status: 200, expected: { Endpoints: [] } },
    { name: "loses a tag that goes", as: "admin", method: "DELETE", path: "/tags/2", status: 204 },
    { ...get(2), name: "has lost the tag", status: 200, expected: { TagIds: [1], Endpoints: [2, 3] } },
    { name: "goes", as: "admin", method: "DELETE", path: `${path}/2`, status: 204 },
    { name: "has gone", as: "admin", method: "DELETE", path: `${path}/2`, status: 404 },
    {
      ...post,
      name: "may name a tag that there is not",
      body: { Name: "lost", Dynamic: true, TagIDs: [99] },
      status: 200,
    },
    {
      ...get(4),
      name: "with a tag that there is not cannot be resolved",
      status: 500,
      expected: { message: "Unable to retrieve environments and environment groups for Edge group" },
    },
  ]);
});
