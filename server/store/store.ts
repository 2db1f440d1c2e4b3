import { Collection, type CollectionState, type Journal } from "./collection";
import type { Change, Persistence } from "./persistence";
import type {
  AgentKeyRecord,
  ApiKeyRecord,
  CustomTemplateRecord,
  EndpointGroupRecord,
  EndpointRecord,
  InstanceRecord,
  RegistryRecord,
  ResourceControlRecord,
  SslRecord,
  StackRecord,
  TagRecord,
  TeamMembershipRecord,
  TeamRecord,
  UserRecord,
  WebhookRecord,
} from "./records";
import type { SettingsRecord } from "./settings-record";

/** Everything the server knows, in memory and durable: a change is acknowledged after it was written. */
export class Store {
  readonly #collections = new Map<string, Collection<object>>();
  readonly #persistence: Persistence;
  #journal: Entry[] | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  // The names are Portainer's bucket names: they are part of its error texts.
  readonly users = this.#collection<UserRecord>("users");
  readonly apiKeys = this.#collection<ApiKeyRecord>("api_key");
  readonly teams = this.#collection<TeamRecord>("teams");
  readonly teamMemberships = this.#collection<TeamMembershipRecord>("team_membership");
  readonly tags = this.#collection<TagRecord>("tags");
  readonly endpointGroups = this.#collection<EndpointGroupRecord>("endpoint_groups");
  readonly endpoints = this.#collection<EndpointRecord>("endpoints");
  readonly resourceControls = this.#collection<ResourceControlRecord>("resource_control");
  readonly registries = this.#collection<RegistryRecord>("registries");
  readonly stacks = this.#collection<StackRecord>("stacks");
  readonly customTemplates = this.#collection<CustomTemplateRecord>("customtemplates");
  readonly webhooks = this.#collection<WebhookRecord>("webhooks");
  readonly settings = this.#collection<SettingsRecord>("settings");
  readonly agentKey = this.#collection<AgentKeyRecord>("agent_key");
  readonly ssl = this.#collection<SslRecord>("ssl");
  readonly instance = this.#collection<InstanceRecord>("version");

  private constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  static async open(persistence: Persistence): Promise<Store> {
    const store = new Store(persistence);
    const saved = await persistence.load();
    for (const { collection, id, value } of saved.rows)
      store.#collections.get(collection)?.restore(id, JSON.parse(value));
    for (const { collection, last } of saved.sequences) store.#collections.get(collection)?.restoreLast(last);
    return store;
  }

  /**
   * Runs `work`, which reads and writes collections without waiting for anything, and makes all its writes durable
   * together. When `work` throws or the disk refuses, nothing of it happened.
   */
  change<T>(work: () => T): Promise<T> {
    const result = this.#queue.then(() => this.#perform(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Everything there is, to be put back by `restore`. */
  dump(): Dump {
    return [...this.#collections.values()].map((collection) => [collection.name, collection.dump()]);
  }

  /** Puts everything back as it was, durably; what was added since is gone. */
  restore(dump: Dump): Promise<void> {
    return this.change(() => this.become(dump));
  }

  /** The same as a part of a change. */
  become(dump: Dump): void {
    for (const [name, state] of dump) this.#collections.get(name)?.become(state);
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#persistence.close();
  }

  async #perform<T>(work: () => T): Promise<T> {
    const journal: Entry[] = [];
    this.#journal = journal;
    try {
      const result = work();
      this.#journal = undefined;
      if (journal.length > 0) await this.#persistence.write(...summary(journal));
      return result;
    } catch (error) {
      this.#journal = undefined;
      for (const entry of journal.reverse()) this.#undo(entry);
      throw error;
    }
  }

  #undo(entry: Entry): void {
    const collection = this.#collections.get(entry.collection);
    if (entry.kind === "row") collection?.restore(entry.id, entry.before);
    else collection?.restoreLast(entry.before);
  }

  #collection<T extends object>(name: string): Collection<T> {
    const collection = new Collection<T>(name, () => this.#open());
    this.#collections.set(name, collection as Collection<object>);
    return collection;
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

function summary(journal: readonly Entry[]): Parameters<Persistence["write"]> {
  const changes: Change[] = [];
  const sequences = new Map<string, number>();
  for (const entry of journal) {
    if (entry.kind === "sequence") sequences.set(entry.collection, entry.after);
    else
      changes.push({
        collection: entry.collection,
        id: entry.id,
        value: entry.after === undefined ? undefined : JSON.stringify(entry.after),
      });
  }
  return [changes, [...sequences].map(([collection, last]) => ({ collection, last }))];
}
