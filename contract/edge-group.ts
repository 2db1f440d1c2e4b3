import { z } from "zod";
import { Id, listOf } from "./common";
import { route, source } from "./route";

/** A set of edge environments: those that it lists or, if it is dynamic, those that carry its tags. */
export const EdgeGroup = z.looseObject({
  Id,
  Name: z.string(),
  Dynamic: z.boolean(),
  /** What a dynamic group looks for. */
  TagIds: listOf(Id),
  Endpoints: listOf(Id),
  /** One of the tags is enough. */
  PartialMatch: z.boolean(),
});
export type EdgeGroup = z.infer<typeof EdgeGroup>;

const ListedEdgeGroup = EdgeGroup.extend({
  /** An edge stack is deployed to it. */
  HasEdgeStack: z.boolean(),
  /** An edge job runs on it. Servers since 2.19 say so. */
  HasEdgeJob: z.boolean().optional(),
  /** The types of its environments, each once. */
  EndpointTypes: listOf(z.int()),
  /** Servers since 2.20 say which of its environments are trusted. */
  TrustedEndpoints: listOf(Id).optional(),
});

const NAME_RULE = "Invalid Edge group name";
const TAGS_RULE = "TagIDs is mandatory for a dynamic Edge group";

const fields = {
  Name: z.string(NAME_RULE).min(1, NAME_RULE),
  Dynamic: z.boolean().default(false),
  TagIDs: z.array(z.int()).default([]),
  /** What is no edge environment is left out. */
  Endpoints: z.array(z.int()).default([]),
};
const hasTags = ({ Dynamic, TagIDs }: { Dynamic: boolean; TagIDs: number[] }) =>
  !Dynamic || TagIDs.length > 0;

export const edgeGroups = {
  list: route({
    method: "GET",
    path: "/edge_groups",
    access: "administrator",
    feature: "edgeCompute",
    summary: "List the edge groups, with the environments that dynamic ones find",
    response: z.array(ListedEdgeGroup),
    fails: { 500: "A dynamic group names a tag that does not exist." },
    verified: source,
  }),
  create: route({
    method: "POST",
    path: "/edge_groups",
    access: "administrator",
    feature: "edgeCompute",
    summary: "Create an edge group",
    body: z.object({ ...fields, PartialMatch: z.boolean().default(false) }).refine(hasTags, TAGS_RULE),
    response: EdgeGroup,
    fails: { 500: "There is no such environment." },
    verified: source,
  }),
  get: route({
    method: "GET",
    path: "/edge_groups/:id",
    access: "administrator",
    feature: "edgeCompute",
    summary: "Show an edge group, with the environments that it finds if it is dynamic",
    response: EdgeGroup,
    fails: { 500: "It is dynamic and names a tag that does not exist." },
    verified: source,
  }),
  update: route({
    method: "PUT",
    path: "/edge_groups/:id",
    access: "administrator",
    feature: "edgeCompute",
    summary: "Change an edge group: its name, and either its tags or its environments",
    body: z.object({ ...fields, PartialMatch: z.boolean().optional() }).refine(hasTags, TAGS_RULE),
    response: EdgeGroup,
    fails: { 500: "There is no such environment." },
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/edge_groups/:id",
    access: "administrator",
    feature: "edgeCompute",
    summary: "Delete an edge group",
    fails: { 409: "An edge stack or an edge job uses it; this server has neither." },
    verified: source,
  }),
};
