import { Collection, type CollectionState, type Journal } from "./collection";
import type { Change, Persistence, Update, Writes } from "./persistence";
import type {
  AgentKeyRecord,
  ApiKeyRecord,
  CustomTemplateRecord,
  EdgeGroupRecord,
  EndpointGroupRecord,
  EndpointRecord,
  InstanceRecord,
  LoginBucketRecord,
  RegistryRecord,
  ResourceControlRecord,
  RevokedTokenRecord,
  SecretRecord,
  SslRecord,
  StackRecord,
  TagRecord,
  TeamMembershipRecord,
  TeamRecord,
  TlsFileRecord,
  UserRecord,
  WebhookRecord,
} from "./records";
import type { SettingsRecord } from "./settings-record";

/**
 * All data of the server, in memory and on disk. A change becomes visible only after it was written, so no client
 * ever sees a change that was lost.
 */
export class Store {
  readonly #collections = new Map<string, Collection<object>>();
  /** Belongs to this installation only, and is not part of a dump. */
  readonly #own = new Set<string>();
  readonly #persistence: Persistence;
  #journal: Entry[] | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** The version of the data in memory. */
  #version = 0;
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;

  // The names are Portainer's bucket names: they are part of its error texts.
  readonly users = this.#collection<UserRecord>("users");
  readonly apiKeys = this.#collection<ApiKeyRecord>("api_key");
  readonly teams = this.#collection<TeamRecord>("teams");
  readonly teamMemberships = this.#collection<TeamMembershipRecord>("team_membership");
  readonly tags = this.#collection<TagRecord>("tags");
  readonly endpointGroups = this.#collection<EndpointGroupRecord>("endpoint_groups");
  readonly endpoints = this.#collection<EndpointRecord>("endpoints");
  readonly edgeGroups = this.#collection<EdgeGroupRecord>("edgegroups");
  readonly resourceControls = this.#collection<ResourceControlRecord>("resource_control");
  readonly registries = this.#collection<RegistryRecord>("registries");
  readonly stacks = this.#collection<StackRecord>("stacks");
  readonly customTemplates = this.#collection<CustomTemplateRecord>("customtemplates");
  readonly webhooks = this.#collection<WebhookRecord>("webhooks");
  readonly settings = this.#collection<SettingsRecord>("settings");
  readonly agentKey = this.#collection<AgentKeyRecord>("agent_key");
  readonly ssl = this.#collection<SslRecord>("ssl");
  readonly instance = this.#collection<InstanceRecord>("version");

  readonly revokedTokens = this.#ownCollection<RevokedTokenRecord>("revoked_tokens");
  // A single server has these in memory and in files. Replicas share them.
  readonly secrets = this.#ownCollection<SecretRecord>("secrets");
  readonly loginBuckets = this.#ownCollection<LoginBucketRecord>("login_buckets");
  readonly tlsFiles = this.#ownCollection<TlsFileRecord>("tls_files");

  private constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  static async open(persistence: Persistence): Promise<Store> {
    const store = new Store(persistence);
    store.#learn(await persistence.since(0));
    return store;
  }

  /** Whether other processes use the same database. */
  get isShared(): boolean {
    return this.#persistence.isShared;
  }

  /** Whether this process is the leader, which does the work that only one process may do. */
  leads(): Promise<boolean> {
    return this.#persistence.leads();
  }

  /** Loads every change that any process completed before this call. */
  catchUp(): Promise<void> {
    // A query under way may predate this call, so wait for the next one; concurrent callers share it.
    this.#nextLook ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#nextLook = undefined;
        this.#looking = this.#look();
        return this.#looking;
      });
    return this.#nextLook;
  }

  /**
   * Runs `work`, which reads and writes collections synchronously, and makes all its writes durable together. If `work`
   * or the disk fails, none of its writes take effect.
   */
  change<T>(work: () => T): Promise<T> {
    const result = this.#queue.then(() => this.#perform(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Returns all data, for `restore`. */
  dump(): Dump {
    return [...this.#collections.values()]
      .filter(({ name }) => !this.#own.has(name))
      .map((collection) => [collection.name, collection.dump()]);
  }

  /** Replaces all data by a dump, durably. */
  restore(dump: Dump): Promise<void> {
    return this.change(() => this.become(dump));
  }

  /** The same, within a change. */
  become(dump: Dump): void {
    for (const [name, state] of dump) this.#collections.get(name)?.become(state);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#persistence.close();
  }

  async #look(): Promise<void> {
    this.#learn(await this.#persistence.since(this.#version));
  }

  async #perform<T>(work: () => T): Promise<T> {
    let rehearsed: { result: T; writes: Writes } | undefined;
    const version = await this.#persistence.write(this.#version, (news) => {
      this.#learn(news);
      rehearsed = this.#rehearse(work);
      return rehearsed.writes;
    });
    const { result, writes } = rehearsed as { result: T; writes: Writes };
    this.#learn({ ...writes, version });
    return result;
  }

  /** Runs `work`, records its writes and undoes them in memory: they take effect when they are durable. */
  #rehearse<T>(work: () => T): { result: T; writes: Writes } {
    const journal: Entry[] = [];
    this.#journal = journal;
    try {
      return { result: work(), writes: summary(journal) };
    } finally {
      this.#journal = undefined;
      for (const entry of journal.reverse()) this.#undo(entry);
    }
  }

  /** Ignores versions that are already loaded: a concurrent call may have loaded them. */
  #learn({ version, changes, sequences }: Update): void {
    if (version <= this.#version) return;
    this.#version = version;
    for (const { collection, id, row } of changes) this.#collections.get(collection)?.restore(id, row);
    for (const { collection, last } of sequences) this.#collections.get(collection)?.restoreLast(last);
  }

  #undo(entry: Entry): void {
    const collection = this.#collections.get(entry.collection);
    if (entry.kind === "row") collection?.restore(entry.id, entry.before as object | undefined);
    else collection?.restoreLast(entry.before);
  }

  #collection<T extends object>(name: string): Collection<T> {
    const collection = new Collection<T>(name, () => this.#open());
    this.#collections.set(name, collection as Collection<object>);
    return collection;
  }

  #ownCollection<T extends object>(name: string): Collection<T> {
    this.#own.add(name);
    return this.#collection(name);
  }

  #open(): Journal {
    const journal = this.#journal;
    if (!journal) throw new Error("A write outside Store.change would not be durable.");
    return {
      changed: (collection, id, before, after) => {
        journal.push({ kind: "row", collection, id, before, after });
      },
      advanced: (collection, before, after) => {
        journal.push({ kind: "sequence", collection, before, after });
      },
    };
  }
}

export type Dump = [collection: string, state: CollectionState][];

type Entry =
  | { kind: "row"; collection: string; id: number; before: unknown; after: unknown }
  | { kind: "sequence"; collection: string; before: number; after: number };

function summary(journal: readonly Entry[]): Writes {
  const changes = new Map<string, Change>();
  const sequences = new Map<string, number>();
  for (const entry of journal) {
    const { collection } = entry;
    if (entry.kind === "sequence") sequences.set(collection, entry.after);
    else {
      const { id, after } = entry;
      changes.set(`${collection} ${id}`, { collection, id, row: after as object | undefined });
    }
  }
  return {
    changes: [...changes.values()].sort((one, other) => one.id - other.id),
    sequences: [...sequences].map(([collection, last]) => ({ collection, last })),
  };
}
