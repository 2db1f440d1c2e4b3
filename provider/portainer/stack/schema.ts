/** A stack as a program describes it. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { AssetSchema, type WireAsset } from "../../core/asset";
import type { CheckContext, Property } from "../../core/definition";
import { noneIfEmpty } from "../../core/diff";
import { isUnknown, type Properties } from "../../core/properties";
import { DurationSchema, filledIn, IdSchema, idNumber, milliseconds } from "../../core/schema";
import type { Failure } from "../../core/validate";
import { AccessSchema, canonicalAccess } from "../../docker/access";
import { missingEndpoint, nameAndEnvironment } from "../../docker/engine";
import { TextsSchema } from "../../docker/identity";

const AutoUpdateSchema = z.strictObject({
  /** How often Portainer looks whether the repository has changed, `"5m"`. */
  interval: DurationSchema.optional(),
  /** Whether a request to the output `webhookUrl` makes Portainer look. */
  webhook: z.boolean().optional(),
  /** Whether to deploy again when nothing has changed. @default false */
  force: z.boolean().optional(),
  /** Whether to pull the images again. @default false */
  pull: z.boolean().optional(),
});

const GitSchema = z.strictObject({
  /** The repository's URL, `"https://github.com/shop/deploy"`. A change replaces the stack. */
  url: z.url({ protocol: /^https?$/, error: "is the http:// or https:// URL of a repository" }),
  /** The branch or tag: `"main"`, `"refs/tags/v1"`. @default the repository's default branch */
  reference: z.string().min(1, "the reference is empty").optional(),
  /** The Compose file in the repository. A change replaces the stack. @default "docker-compose.yml" */
  path: z.string().min(1, "the path is empty").optional(),
  /** More Compose files there, which override the first. A change replaces the stack. @default none */
  additionalFiles: z.array(z.string()).optional(),
  /** The user to log in as; with `password`. */
  username: z.string().optional(),
  /** The password or token. Secret; Portainer does not show it, so a password changed there is not seen. */
  password: z.string().min(1, "the password is empty").optional(),
  /** Whether to accept any certificate of the repository's server. @default false */
  skipVerify: z.boolean().optional(),
  /** When Portainer deploys what is new in the repository by itself. @default never */
  autoUpdate: AutoUpdateSchema.optional(),
});
export type GitInputs = z.output<typeof GitSchema>;

export const StackSchema = z.object({
  /**
   * The environment: its id, or the `Endpoint`. A change migrates the stack: Portainer deploys it there, then removes it
   * here. Volumes do not move. @default the provider's `endpointId`
   */
  endpointId: filledIn(IdSchema),
  /**
   * The name, in lower case, as Portainer and Compose have it. A change replaces the stack. Portainer: `Name`. @default
   * the resource's name, in lower case and without other characters than letters, digits, `-` and `_`
   */
  name: filledIn(
    z.string().regex(/^[a-z0-9][-_a-z0-9]*$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not the name of a stack: lower-case letters, digits, "_" or "-", beginning with a letter or digit`,
    }),
  ),
  /** Whether Compose deploys it on one engine, or a swarm does. A change replaces the stack. @default "standalone" */
  type: z.enum(["standalone", "swarm"]).default("standalone"),
  /**
   * The Compose file: its text, or an asset such as `new pulumi.asset.FileAsset("./compose.yml")`. Either this or `git`.
   * A change deploys the stack again, in place. Portainer: `StackFileContent`.
   */
  content: z.union([z.string().min(1, "the Compose file is empty"), AssetSchema]).optional(),
  /**
   * The git repository with the Compose file. Either this or `content`. A change is made in place unless it is one of
   * `url`, `path` or `additionalFiles`; a stack that had `content` is replaced.
   */
  git: GitSchema.optional(),
  /**
   * Variables for the Compose file; values may be secret. Without it, variables that others have set stay. A change
   * deploys the stack again, in place. Portainer: `Env`. @default not managed; none in a new stack
   */
  env: TextsSchema.optional(),
  /**
   * Whether it runs. `false` removes its containers and keeps the stack and its volumes; a stack that is made, or gets
   * other `content`, is deployed before it is stopped. Changed in place. Portainer: `Status`. @default true
   */
  active: z.boolean().default(true),
  /** Whether a deployment removes services that the file no longer has. Portainer: `Prune`. @default true */
  prune: z.boolean().default(true),
  /** Whether a deployment after a change pulls the images again. Portainer: `PullImage`. @default false */
  pull: z.boolean().default(false),
  /** Any texts: a change of one deploys the stack again, what is new in its repository included. @default none */
  triggers: TextsSchema.optional(),
  /**
   * Who may use the stack besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource. Changed in place. Portainer:
   * `ResourceControl`. @default not managed; a new stack is its creator's, or the administrators'
   */
  access: AccessSchema.optional(),
  /** Whether a destroy deletes the volumes that its file declares, with their data. A change sends nothing. @default false */
  removeVolumes: z.boolean().default(false),
  /**
   * What to do when a stack or Compose project with this name is there: `"matching"` adopts a stack if it is as desired
   * (a password of git cannot be compared), `"replace"` adopts it and changes it. Destroying the resource then deletes
   * it. @default refuse
   */
  adopt: z.enum(["matching", "replace"]).optional(),
});
export type StackArgs = z.input<typeof StackSchema>;
export type StackInputs = z.output<typeof StackSchema>;

/** Git knows a branch by its full name only. */
export const fullReference = (reference: string | undefined): string => {
  if (reference === undefined || reference === "") return "";
  return reference.startsWith("refs/") ? reference : `refs/heads/${reference}`;
};

const noSlash = (url: string): string => url.replace(/\/+$/, "");

export function canonicalGit({
  url,
  reference,
  autoUpdate,
  ...git
}: Omit<GitInputs, "additionalFiles">): unknown {
  return {
    ...git,
    url: noSlash(url),
    reference: reference && fullReference(reference),
    autoUpdate: autoUpdate && {
      ...autoUpdate,
      interval: autoUpdate.interval === undefined ? undefined : milliseconds(autoUpdate.interval),
    },
  };
}

/** A file's content as its hash, which Pulumi gives for an asset. */
export const hashOf = (content: string | WireAsset): string | undefined =>
  typeof content === "string" ? createHash("sha256").update(content).digest("hex") : content.hash;

export const properties = {
  endpointId: { normalize: idNumber },
  name: { change: "replace" },
  type: { change: "replace" },
  content: { normalize: hashOf },
  git: { normalize: canonicalGit },
  env: { normalize: noneIfEmpty, whenRemoved: {} },
  active: {},
  prune: { change: "none" },
  pull: { change: "none" },
  triggers: { writeOnly: true, normalize: noneIfEmpty },
  access: { normalize: canonicalAccess },
  removeVolumes: { writeOnly: true },
  adopt: { change: "none" },
} as const satisfies Record<keyof StackInputs, Property>;

export const defaults = (inputs: Properties, context: CheckContext): Properties => {
  const { name, ...others } = nameAndEnvironment(inputs, context);
  const plain = String(name ?? "")
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, "")
    .replace(/^[-_]+/, "");
  return { ...others, ...(plain !== "" && { name: plain }) };
};

export const validateStack = (inputs: Properties): Failure[] => [
  ...missingEndpoint(inputs),
  ...sourceFailures(inputs, "stack"),
];

/** Exactly one source, with complete credentials. */
export function sourceFailures({ content, git }: Properties, what: string): Failure[] {
  const has = (value: unknown) => value !== undefined && value !== null;
  if (has(content) === has(git)) {
    const property = has(git) ? "git" : "content";
    return [{ property, reason: `a ${what} has either \`content\` or \`git\`: give one of them` }];
  }
  if (!has(git) || isUnknown(git)) return [];
  const { username, password, autoUpdate } = git as Properties;
  const failures: Failure[] = [];
  if (has(username) && !has(password))
    failures.push({
      property: "git.password",
      reason: "the credentials are incomplete: `username` needs `password`",
    });
  if (has(autoUpdate) && !isUnknown(autoUpdate)) {
    const { interval, webhook } = autoUpdate as Properties;
    if (!has(interval) && (webhook === false || !has(webhook)))
      failures.push({
        property: "git.autoUpdate",
        reason: "says when to update: set `interval`, or `webhook: true`",
      });
  }
  return failures;
}
