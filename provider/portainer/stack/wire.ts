/** A stack in Portainer's words: the bodies of requests, and what an answer says of the inputs. */
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { type contract, type Stack, StackStatus, StackType } from "../../../contract";
import { bytesOf } from "../../core/asset";
import type { Properties } from "../../core/properties";
import { fullReference, type GitInputs, type StackInputs } from "./schema";

type AutoUpdateInputs = NonNullable<GitInputs["autoUpdate"]>;
type GitBody = z.input<typeof contract.stacks.redeploy.body>;
type AutoUpdate = Stack["AutoUpdate"];

export const textOf = async (content: StackInputs["content"]): Promise<string> =>
  content === undefined || typeof content === "string"
    ? (content ?? "")
    : (await bytesOf(content, "content")).toString("utf8");

/** Portainer has variables as a list; the order of their names is always the same. */
export const variables = (env: StackInputs["env"]) =>
  Object.entries(env ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => ({ name, value }));

const duration = (interval: string | number): string =>
  /^[\d.]+$/.test(String(interval).trim()) ? `${interval}s` : String(interval).trim();

/** A webhook keeps its token, and so its URL. */
function autoUpdateBody({ interval, webhook, force, pull }: AutoUpdateInputs, present: AutoUpdate) {
  return {
    ...(interval !== undefined && { Interval: duration(interval) }),
    ...(webhook && { Webhook: present?.Webhook || randomUUID() }),
    ForceUpdate: force ?? false,
    ForcePullImage: pull ?? false,
  };
}

export const credentials = ({ username, password }: Pick<GitInputs, "username" | "password">) =>
  password === undefined
    ? { RepositoryAuthentication: false }
    : {
        RepositoryAuthentication: true,
        RepositoryUsername: username ?? "",
        RepositoryPassword: password,
      };

export const createFromGit = (git: GitInputs) => ({
  RepositoryURL: git.url,
  RepositoryReferenceName: fullReference(git.reference),
  ...(git.path !== undefined && { ComposeFile: git.path }),
  ...(git.additionalFiles && { AdditionalFiles: git.additionalFiles }),
  ...credentials(git),
  TLSSkipVerify: git.skipVerify ?? false,
  ...(git.autoUpdate && { AutoUpdate: autoUpdateBody(git.autoUpdate, undefined) }),
});

/** How and when Portainer reads the repository. Portainer replaces all of it, so `before` says what was not managed. */
export function gitBody(git: GitInputs, before: GitInputs | undefined, present: Stack): GitBody {
  const { GitConfig, AutoUpdate } = present;
  const kept = before?.autoUpdate === undefined ? (AutoUpdate ?? undefined) : undefined;
  const autoUpdate = git.autoUpdate ? autoUpdateBody(git.autoUpdate, AutoUpdate) : kept;
  const keepsReference = git.reference === undefined && before?.reference === undefined;
  return {
    RepositoryReferenceName: keepsReference ? (GitConfig?.ReferenceName ?? "") : fullReference(git.reference),
    ...credentials(git),
    TLSSkipVerify: git.skipVerify ?? false,
    ...(autoUpdate && { AutoUpdate: autoUpdate }),
  };
}

/** The actual values of the inputs that Portainer shows. */
export function shownInputs(stack: Stack, file: string | undefined, remembered: Properties): Properties {
  return {
    endpointId: stack.EndpointId,
    name: stack.Name,
    type: stack.Type === StackType.swarm ? "swarm" : "standalone",
    content: file,
    git: shownGit(stack, remembered["git"] as GitInputs | undefined),
    env: Object.fromEntries(stack.Env.map(({ name, value }) => [name, value])),
    active: stack.Status === StackStatus.active || stack.Status === StackStatus.deploying,
  };
}

/** Cut to what the program has, if there is a program. */
function shownGit(stack: Stack, remembered: GitInputs | undefined): Properties | undefined {
  const { GitConfig: git, AutoUpdate } = stack;
  if (!git) return undefined;
  const everything: Properties = {
    url: git.URL,
    reference: git.ReferenceName || undefined,
    path: git.ConfigFilePath,
    additionalFiles: stack.AdditionalFiles?.length ? stack.AdditionalFiles : undefined,
    username: git.Authentication?.Username || undefined,
    password: git.Authentication ? remembered?.password : undefined,
    skipVerify: git.TLSSkipVerify ?? false,
    autoUpdate: shownAutoUpdate(AutoUpdate, remembered?.autoUpdate),
  };
  return pick(everything, remembered);
}

function shownAutoUpdate(
  autoUpdate: AutoUpdate,
  remembered: AutoUpdateInputs | undefined,
): Properties | undefined {
  if (!autoUpdate || !(autoUpdate.Interval || autoUpdate.Webhook)) return undefined;
  const everything = {
    interval: autoUpdate.Interval || undefined,
    webhook: Boolean(autoUpdate.Webhook),
    force: autoUpdate.ForceUpdate ?? false,
    pull: autoUpdate.ForcePullImage ?? false,
  };
  return pick(everything, remembered);
}

export const pick = (everything: Properties, wanted: object | undefined): Properties =>
  Object.fromEntries(
    Object.entries(everything).filter(
      ([key, value]) => value !== undefined && (!wanted || (wanted as Properties)[key] !== undefined),
    ),
  );
