import { z } from "zod";
import { formFile, Id, isUrl, listOf } from "./common";
import { ResourceControl } from "./resource-control";
import { live, route, source } from "./route";

export const StackType = { swarm: 1, compose: 2, kubernetes: 3 } as const;
/** 2.45 and newer answer before a stack is deployed: it is `deploying` until it is `active`, or `error`. */
export const StackStatus = { active: 1, inactive: 2, deploying: 3, error: 4 } as const;

const Variable = z.object({ name: z.string(), value: z.string().optional().default("") });

const AutoUpdate = z.object({
  Interval: z.string().optional(),
  Webhook: z.string().optional(),
  ForceUpdate: z.boolean().optional(),
  ForcePullImage: z.boolean().optional(),
});

/** The repository that a stack or custom template comes from. */
export const GitConfig = z.looseObject({
  URL: z.string(),
  ReferenceName: z.string(),
  ConfigFilePath: z.string(),
  /** The commit that is deployed. */
  ConfigHash: z.string(),
  Authentication: z.looseObject({ Username: z.string() }).nullish(),
  TLSSkipVerify: z.boolean().optional(),
});

export const Stack = z.looseObject({
  Id,
  /** The server lower-cases it and removes most punctuation. */
  Name: z.string(),
  Type: z.int(),
  EndpointId: z.int(),
  SwarmId: z.string(),
  EntryPoint: z.string(),
  Env: listOf(Variable),
  Status: z.int(),
  /** What has become of the last deployment, oldest first. */
  DeploymentStatus: z.array(z.looseObject({ Status: z.int(), Message: z.string().optional() })).nullish(),
  /** Unix seconds of the last change; 0 before the first. */
  UpdateDate: z.int().optional(),
  AdditionalFiles: z.array(z.string()).nullish(),
  AutoUpdate: z.looseObject(AutoUpdate.shape).nullish(),
  GitConfig: GitConfig.nullish(),
  ResourceControl: ResourceControl.nullish(),
});
export type Stack = z.infer<typeof Stack>;

const Named = z.string("Invalid stack name").min(1, "Invalid stack name");
const Content = z.string("Invalid stack file content").min(1, "Invalid stack file content");

const FromString = z.object({
  Name: Named,
  StackFileContent: Content,
  SwarmID: z.string().optional(),
  Env: z.array(Variable).optional(),
  FromAppTemplate: z.boolean().optional(),
});

const FromFile = z.object({
  Name: Named,
  SwarmID: z.string().optional(),
  Env: z.string().optional(),
  file: formFile("Invalid Compose file. Ensure that the Compose file is uploaded correctly"),
});

const URL_RULE = "Invalid repository URL. Must correspond to a valid URL format";

const FromRepository = z.object({
  Name: Named,
  RepositoryURL: z.string(URL_RULE).refine(isUrl, URL_RULE),
  RepositoryReferenceName: z.string().optional(),
  /** @default "docker-compose.yml" */
  ComposeFile: z.string().optional(),
  /** The name of `ComposeFile` in 1.24. */
  ComposeFilePathInRepository: z.string().optional(),
  AdditionalFiles: z.array(z.string()).optional(),
  RepositoryAuthentication: z.boolean().optional(),
  RepositoryUsername: z.string().optional(),
  RepositoryPassword: z.string().optional(),
  TLSSkipVerify: z.boolean().optional(),
  SwarmID: z.string().optional(),
  Env: z.array(Variable).optional(),
  AutoUpdate: AutoUpdate.optional(),
  FromAppTemplate: z.boolean().optional(),
});

const GitChange = z.object({
  RepositoryReferenceName: z.string().optional(),
  RepositoryAuthentication: z.boolean().optional(),
  RepositoryUsername: z.string().optional(),
  RepositoryPassword: z.string().optional(),
  TLSSkipVerify: z.boolean().optional(),
  Env: z.array(Variable).optional(),
  Prune: z.boolean().optional(),
  PullImage: z.boolean().optional(),
  AutoUpdate: AutoUpdate.optional(),
});

/** Nearly every call names the environment; without it the server answers 400. */
const OnEndpoint = z.object({ endpointId: z.string().optional() });

export const stacks = {
  list: route({
    method: "GET",
    path: "/stacks",
    access: "authenticated",
    summary: "List the stacks that the caller may use",
    query: z.object({ filters: z.string().optional() }),
    response: z.array(Stack),
    verified: live,
  }),
  createFromString: route({
    method: "POST",
    path: "/stacks/create/:type/string",
    access: "authenticated",
    since: "2.19",
    summary: "Deploy a stack; the type is standalone or swarm",
    query: OnEndpoint,
    body: FromString,
    response: Stack,
    pace: "slow",
    fails: {
      404: "There is no such environment.",
      409: "The name is taken.",
      500: "The stack cannot be deployed.",
    },
    verified: live,
  }),
  createFromFile: route({
    method: "POST",
    path: "/stacks/create/:type/file",
    access: "authenticated",
    since: "2.19",
    summary: "Deploy a stack from an uploaded file",
    query: OnEndpoint,
    form: FromFile,
    response: Stack,
    pace: "slow",
    fails: {
      404: "There is no such environment.",
      409: "The name is taken.",
      500: "The stack cannot be deployed.",
    },
    verified: live,
  }),
  createFromRepository: route({
    method: "POST",
    path: "/stacks/create/:type/repository",
    access: "authenticated",
    since: "2.19",
    summary: "Deploy a stack from files in a git repository",
    query: OnEndpoint,
    body: FromRepository,
    response: Stack,
    pace: "slow",
    fails: {
      404: "There is no such environment.",
      409: "The name is taken.",
      500: "The stack cannot be deployed.",
    },
    verified: source,
  }),
  createFromElsewhere: route({
    method: "POST",
    path: "/stacks/create/:type/:method",
    access: "authenticated",
    since: "2.19",
    summary: "Refuse an unknown method of creating a stack",
    query: OnEndpoint,
    response: Stack,
    fails: { 400: "Always." },
    verified: source,
  }),
  get: route({
    method: "GET",
    path: "/stacks/:id",
    access: "authenticated",
    summary: "Show a stack",
    response: Stack,
    verified: live,
  }),
  file: route({
    method: "GET",
    path: "/stacks/:id/file",
    access: "authenticated",
    summary: "Show the file of a stack",
    response: z.object({ StackFileContent: z.string() }),
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/stacks/:id",
    access: "authenticated",
    summary: "Deploy a stack with another file and other variables; this detaches it from its repository",
    query: OnEndpoint,
    body: z.object({
      StackFileContent: Content,
      Env: z.array(Variable).optional(),
      PullImage: z.boolean().optional(),
      Prune: z.boolean().optional(),
    }),
    response: Stack,
    pace: "slow",
    fails: { 500: "The stack cannot be deployed." },
    verified: live,
  }),
  start: route({
    method: "POST",
    path: "/stacks/:id/start",
    access: "authenticated",
    summary: "Deploy a stack that was stopped",
    query: OnEndpoint,
    response: Stack,
    pace: "slow",
    fails: { 409: "The stack is running.", 500: "The stack cannot be deployed." },
    verified: live,
  }),
  stop: route({
    method: "POST",
    path: "/stacks/:id/stop",
    access: "authenticated",
    summary: "Remove what a stack runs, and keep the stack",
    query: OnEndpoint,
    response: Stack,
    pace: "slow",
    fails: { 500: "What runs cannot be removed." },
    verified: live,
  }),
  migrate: route({
    method: "POST",
    path: "/stacks/:id/migrate",
    access: "authenticated",
    summary: "Move a stack to another environment",
    query: OnEndpoint,
    body: z.object({
      EndpointID: z
        .int("Invalid environment identifier. Must be a positive number")
        .positive("Invalid environment identifier. Must be a positive number"),
      SwarmID: z.string().optional(),
      Name: z.string().optional(),
    }),
    response: Stack,
    pace: "slow",
    fails: { 409: "The name is taken there.", 500: "The stack cannot be deployed or removed." },
    verified: source,
  }),
  associate: route({
    method: "PUT",
    path: "/stacks/:id/associate",
    access: "administrator",
    summary: "Give an orphaned stack an environment again",
    query: z.object({
      endpointId: z.string().optional(),
      swarmId: z.string().optional(),
      orphanedRunning: z.string().optional(),
    }),
    response: Stack,
    verified: source,
  }),
  updateGit: route({
    method: "POST",
    path: "/stacks/:id/git",
    access: "authenticated",
    summary: "Change where in git a stack comes from, without deploying it",
    query: OnEndpoint,
    body: GitChange,
    response: Stack,
    fails: { 500: "The stack comes from no repository, or that cannot be read." },
    verified: source,
  }),
  redeploy: route({
    method: "PUT",
    path: "/stacks/:id/git/redeploy",
    access: "authenticated",
    summary: "Read a stack's files from git again and deploy them",
    query: OnEndpoint,
    body: GitChange,
    response: Stack,
    pace: "slow",
    fails: {
      400: "The stack comes from no repository.",
      500: "The repository cannot be read, or the stack cannot be deployed.",
    },
    verified: source,
  }),
  fire: route({
    method: "POST",
    path: "/stacks/webhooks/:token",
    access: "public",
    summary: "Deploy a git stack if its repository has changed",
    pace: "slow",
    fails: {
      404: "There is no such webhook.",
      409: "The user who deployed the stack last no longer exists.",
      500: "The repository cannot be read, or the stack cannot be deployed.",
    },
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/stacks/:stack",
    access: "authenticated",
    summary: "Delete a stack and what it runs, by its id, or by its name if it is `external`",
    query: OnEndpoint.extend({ external: z.string().optional() }),
    pace: "slow",
    fails: { 404: "There is no such stack, or environment.", 500: "What runs cannot be removed." },
    verified: live,
  }),
};
