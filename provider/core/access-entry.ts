/** One entry of an object's access: a user or team that may use it. All other entries stay as they are. */
import { z } from "zod";
import type { PortainerClient } from "../../client";
import { NameOrId, type Policies } from "./access";
import { isManagedWhole } from "./access-claims";
import { inTurn, pauseFor } from "./concurrency";
import type { Context, Definition, Inputs, Property, State } from "./definition";
import { lookUp, requireKnown } from "./directory";
import { ProviderError, Unfinished, unlessNotFound } from "./errors";
import { mayHaveHappened } from "./lost-answer";
import type { Installed } from "./object";
import { isUnknown, type Properties } from "./properties";
import { idNumber } from "./schema";
import type { Failure } from "./validate";

/** The inputs that every kind of entry has. */
export const entryShape = {
  /** The user who may use it, by name, id or `User`. Either this or `team`. A change replaces the entry. */
  user: NameOrId.optional(),
  /** The team whose members may use it, by name, id or `Team`. Either this or `user`. A change replaces the entry. */
  team: NameOrId.optional(),
  /**
   * What to do when the entry is there already: `"matching"` adopts it. Destroying the resource then takes it away.
   * @default refuse
   */
  adopt: z.literal("matching").optional(),
};

export interface EntryOutputs extends Installed {
  /** Who has access, by id: `"user/3"`, `"team/2"`. */
  readonly subject: string;
}

/** Who may use an object, as Portainer keeps it. */
export interface Guard extends Policies {
  /** Namespaces of Kubernetes, which only a registry has. */
  readonly Namespaces?: readonly string[] | null | undefined;
}

const FIELDS = { user: "UserAccessPolicies", team: "TeamAccessPolicies" } as const;
type Kind = keyof typeof FIELDS | "namespace";
interface Subject {
  readonly kind: Kind;
  /** The id of a user or team; the name of a namespace. */
  readonly key: string;
}

/** A kind of object to which single entries of access are added. */
export interface EntryKind<Schema extends z.ZodObject>
  extends Pick<Definition<Schema, EntryOutputs>, "type" | "schema" | "misnomers"> {
  /** The word for the object in messages: `"environment"`. */
  readonly what: string;
  /** The inputs that name the object by its ids, in the order in which the resource's id has them. */
  readonly object: readonly (keyof Inputs<Schema> & string)[];
  /** The class whose `access` is the whole map of the same object, if there is one. */
  readonly whole?: string;
  /** The key under which other resources change the same object. */
  lock(instanceId: string, ids: readonly number[]): string;
  read(client: PortainerClient, ids: readonly number[]): Promise<Guard>;
  /** Writes the lists that change; `whole` has the others, too, where Portainer replaces all together. */
  write(client: PortainerClient, ids: readonly number[], changes: Guard, whole: Guard): Promise<unknown>;
}

/** The definition of a resource for one entry. */
export function accessEntry<Schema extends z.ZodObject>(
  kind: EntryKind<Schema>,
): Definition<Schema, EntryOutputs> {
  const { type, schema, what, object } = kind;
  const subjects = (["user", "team", "namespace"] as const).filter((key) => key in schema.shape);
  const property = (key: string): Property =>
    key === "adopt"
      ? { change: "none" }
      : { change: "replace", normalize: (value: unknown) => String(value).toLowerCase() };
  const properties = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, property(key)]));

  const idsIn = (inputs: Properties) => object.map((key) => idNumber(inputs[key] as number | string));
  const identityOf = (instanceId: string, ids: readonly number[], subject: string) =>
    `${instanceId}/${type}/${[...ids, subject].join("/")}`;
  /** The object's name where its whole map is claimed. */
  const wholeOf = (ids: readonly number[]) => `${kind.whole}/${ids.join("/")}`;
  const inWords = (ids: readonly number[]) => `${what} ${ids.join(" on environment ")}`;

  async function subjectOf(client: PortainerClient, inputs: Properties): Promise<Subject> {
    const { user, team, namespace } = inputs as { [Key in Kind]?: string | number };
    if (namespace !== undefined) return { kind: "namespace", key: String(namespace) };
    const named = {
      ...(user !== undefined && { users: [user] }),
      ...(team !== undefined && { teams: [team] }),
    };
    const directory = await lookUp(client, named);
    requireKnown(named, directory);
    const id = user === undefined ? directory.idOf("teams", team as string) : directory.idOf("users", user);
    return { kind: user === undefined ? "team" : "user", key: String(id) };
  }

  /** Adds or takes away an entry, together with the other changes of this object that wait. */
  const change = (context: Context, instanceId: string, ids: readonly number[], wanted: Change) =>
    inBatch({ object: ids.join("/"), lock: kind.lock(instanceId, ids) }, wanted, (changes) =>
      settle(context.signal, changes, {
        read: () => unlessNotFound(() => kind.read(context.connection.client, ids)),
        write: (lists, guard) => kind.write(context.connection.client, ids, lists, { ...guard, ...lists }),
      }),
    );

  return {
    ...kind,
    properties: properties as Definition<Schema, EntryOutputs>["properties"],
    secrets: [],
    identity: ({ instanceId, subject, ...inputs }) =>
      instanceId === undefined || subject === undefined
        ? undefined
        : identityOf(instanceId, idsIn(inputs), subject),
    accessClaim: (inputs) =>
      kind.whole === undefined || object.some((key) => isUnknown(inputs[key]))
        ? undefined
        : { object: wholeOf(idsIn(inputs)), as: "entry" },

    validate(inputs): Failure[] {
      const given = subjects.filter((key) => (inputs[key] ?? undefined) !== undefined);
      if (given.length === 1) return [];
      const names = subjects.map((key) => `\`${key}\``).join(" or ");
      const reason =
        given.length === 0
          ? `says nobody: give ${names}`
          : `is one entry, so it takes only one of ${names}: declare one resource for each`;
      return [{ property: given.at(-1) ?? "user", reason }];
    },

    async create(context, inputs) {
      const { client } = context.connection;
      const instanceId = await context.connection.sameServer(undefined);
      const ids = idsIn(inputs);
      const found = await subjectOf(client, inputs);
      const subject = nameOf(found);
      const identity = identityOf(instanceId, ids, subject);
      const id = [...ids, subject].join("/");
      const outputs = { ...inputs, subject, instanceId } as unknown as State<Schema, EntryOutputs>;
      const before = await change(context, instanceId, ids, { subject: found, isWanted: true }).catch(
        (error: unknown) => {
          throw error instanceof Unsettled ? new Unfinished(id, { ...outputs }, error.cause) : error;
        },
      );
      if (!before) throw new ProviderError(`there is no ${inWords(ids)} on this server: nothing was changed`);
      const isThere = has(before, found);
      // Of two resources for one entry in a batch, the second finds what the first has just made.
      if (isThere || context.claims.isHeldByAnother(identity))
        context.claims.seek(identity, `the access of ${subject} to ${inWords(ids)}`);
      if (isThere && (inputs as { adopt?: string }).adopt === undefined) {
        throw new ProviderError(
          `${subject} has access to ${inWords(ids)} already, and Portainer does not say who gave it. Nothing was changed. ` +
            'If a resource of this program did and was renamed or moved, say so with the resource option `aliases: [{ name: "…" }]`. Otherwise take the entry: `adopt: "matching"`.',
        );
      }
      context.claims.hold(identity);
      return { id, outputs };
    },

    async read({ connection }, id, state) {
      const { ids, subject } = parse(id);
      const instanceId = await connection.sameServer(state.instanceId);
      const now = await unlessNotFound(() => kind.read(connection.client, ids));
      if (!now || !has(now, subject)) return undefined;
      const { instanceId: _instance, subject: _subject, ...remembered } = state as Properties;
      const inputs =
        state.instanceId === undefined
          ? {
              ...Object.fromEntries(object.map((key, index) => [key, ids[index]])),
              [subject.kind]: subject.kind === "namespace" ? subject.key : Number(subject.key),
            }
          : remembered;
      return {
        id,
        inputs: inputs as Partial<Inputs<Schema>>,
        outputs: { ...inputs, subject: nameOf(subject), instanceId },
      };
    },

    /** All changes but that of `adopt` replace the entry; what a create has left unfinished is finished. */
    async update(context, id, { subject, instanceId }, news) {
      await context.connection.sameServer(instanceId);
      const { ids, subject: entry } = parse(id);
      await change(context, instanceId, ids, { subject: entry, isWanted: true });
      return { ...news, subject, instanceId } as unknown as State<Schema, EntryOutputs>;
    },

    async delete(context, id, state) {
      const instanceId = await context.connection.sameServer(state.instanceId);
      const { ids, subject } = parse(id);
      if (kind.whole !== undefined && isManagedWhole(wholeOf(ids))) {
        context.info(
          `the whole list of who may use ${inWords(ids)} is managed now: this entry is forgotten, and nothing is taken away`,
        );
        return;
      }
      await change(context, instanceId, ids, { subject, isWanted: false });
    },
  };

  function parse(id: string): { ids: number[]; subject: Subject } {
    const parts = id.split("/");
    const ids = parts.slice(0, object.length).map(Number);
    const [kindOfSubject, ...rest] = parts.slice(object.length);
    const found = subjects.find((one) => one === kindOfSubject);
    const isValid = ids.length === object.length && ids.every((one) => Number.isInteger(one) && one > 0);
    if (found && isValid && rest.length === 1 && rest[0])
      return { ids, subject: { kind: found, key: rest[0] } };
    const example = [...object.map((_, index) => 3 - index), "user", 5].join("/");
    throw new ProviderError(`a ${type} is looked up by ids, such as "${example}", and "${id}" is none`);
  }
}

const nameOf = ({ kind, key }: Subject): string => `${kind}/${key}`;

const has = (guard: Guard, { kind, key }: Subject): boolean =>
  kind === "namespace"
    ? (guard.Namespaces ?? []).includes(key)
    : Object.hasOwn(guard[FIELDS[kind]] ?? {}, key);

/** One entry that is to be there, or not. */
interface Change {
  readonly subject: Subject;
  readonly isWanted: boolean;
}

/** The lists in which the changes are made, whole. A user or team that has access keeps its policy. */
function changed(guard: Guard, changes: readonly Change[]): Guard {
  const lists = Object.entries(FIELDS).flatMap(([kind, field]) => {
    const own = changes.filter(({ subject }) => subject.kind === kind);
    if (own.length === 0) return [];
    const policies = { ...guard[field] };
    for (const { subject, isWanted } of own) {
      if (isWanted) policies[subject.key] ??= { RoleId: 0 };
      else delete policies[subject.key];
    }
    return [[field, policies]];
  });
  const namespaces = new Set(guard.Namespaces ?? []);
  for (const { subject, isWanted } of changes) {
    if (subject.kind !== "namespace") continue;
    if (isWanted) namespaces.add(subject.key);
    else namespaces.delete(subject.key);
  }
  return { ...Object.fromEntries(lists), Namespaces: [...namespaces] };
}

/** A write was sent, and whether it lasts could not be seen. */
class Unsettled extends Error {}

/** How long another program may take from its read to its write, in milliseconds. */
const WINDOW = 500;
const ATTEMPTS = 6;

/**
 * Makes the changes, and looks whether they last: Portainer has no conditional write, so another program that has read
 * before and writes after undoes them.
 *
 * @returns what was there before; `undefined` when the object is gone.
 */
async function settle(
  signal: AbortSignal,
  changes: readonly Change[],
  {
    read,
    write,
  }: { read(): Promise<Guard | undefined>; write(lists: Guard, guard: Guard): Promise<unknown> },
): Promise<Guard | undefined> {
  const before = await read();
  let now = before;
  for (let attempt = 1; now; attempt += 1) {
    const guard = now;
    const open = changes.filter(({ subject, isWanted }) => has(guard, subject) !== isWanted);
    if (open.length === 0) return before;
    if (attempt > ATTEMPTS) {
      throw new ProviderError(
        `another program changes the access of the same object all the time: ${open.map(({ subject }) => nameOf(subject)).join(", ")} did not last. Run again when it has ended.`,
      );
    }
    try {
      await write(changed(guard, open), guard);
    } catch (error) {
      // Where the answer was lost, the next look shows what has happened.
      if (!mayHaveHappened(error)) throw error;
    }
    try {
      await pauseFor(WINDOW * (1 + Math.random() / 2), signal);
      now = await read();
    } catch (error) {
      throw new Unsettled("the write was sent, and its effect was not seen", { cause: error });
    }
  }
  return undefined;
}

interface Batch {
  readonly changes: Change[];
  readonly done: Promise<Guard | undefined>;
}
const waiting = new Map<string, Batch>();

/** Does the work for all changes of an object that come while an earlier work with its lock runs. */
function inBatch(
  { object, lock }: { readonly object: string; readonly lock: string },
  change: Change,
  work: (changes: readonly Change[]) => Promise<Guard | undefined>,
): Promise<Guard | undefined> {
  const key = `${lock}/${object}`;
  const open = waiting.get(key);
  if (open) {
    open.changes.push(change);
    return open.done;
  }
  const changes = [change];
  const done = inTurn(lock, () => {
    waiting.delete(key);
    return work(changes);
  });
  waiting.set(key, { changes, done });
  return done;
}
