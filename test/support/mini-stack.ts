import { PartialFailure, type Properties } from "./grpc";
import { type Difference, literal, type Plugin } from "./plugin";
import { reveal } from "./secrets";

/** What Pulumi's state holds of a resource. Secrets are marked as the provider marked them. */
export interface Entry {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Why the last step was not finished; the next `up` updates then, difference or not. */
  readonly initErrors?: readonly string[];
}

export interface ResourceOptions {
  readonly customTimeouts?: Properties;
  readonly replaceOnChanges?: readonly string[];
  /** Create the new one before the old one is deleted, as resources do that are not exclusive. @default false */
  readonly createFirst?: boolean;
}

/** What `up` did with a resource. */
export type Step = "create" | "same" | "update" | "replace";

/** What a program's inputs failed with in `check`. */
export class CheckError extends Error {
  override readonly name = "CheckError";
}

/**
 * As much of Pulumi's engine as the life of single resources needs, on the real plugin process: it keeps the state,
 * and follows the engine's rules for what is called when, and with what.
 */
export class MiniStack {
  readonly #entries = new Map<string, Entry>();

  /** A new one may take the place of the first, as each phase of a command has its own. */
  plugin: Plugin;

  readonly #name: string;

  constructor(plugin: Plugin, name = "dev") {
    this.plugin = plugin;
    this.#name = name;
  }

  entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`the state has no "${name}"`);
    return entry;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The outputs as a program reads them. */
  outputs(name: string): Properties {
    return reveal(this.entry(name).outputs);
  }

  /** Puts an entry into the state, as `pulumi stack import` does. */
  remember(name: string, entry: Entry): void {
    this.#entries.set(name, entry);
  }

  /** Starts again with an empty state. */
  forget(): void {
    this.#entries.clear();
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:${this.#name}::host-test::pulumi-nodejs:dynamic/portainer:${type}::${name}`;
  }

  /** The inputs as a resource's constructor hands them over. */
  handedOver(type: string, name: string, args: Properties, options: ResourceOptions = {}): Properties {
    return {
      ...args,
      __provider: literal(type),
      __urn: this.urn(type, name),
      __timeouts: options.customTimeouts,
      __replaceOnChanges: options.replaceOnChanges,
    };
  }

  /** `pulumi up` for one resource. */
  async up(type: string, name: string, args: Properties, options: ResourceOptions = {}): Promise<Step> {
    const news = this.handedOver(type, name, args, options);
    const old = this.#entries.get(name);
    const inputs = await this.#check(old?.inputs ?? {}, news);
    if (!old) {
      await this.#create(type, name, inputs);
      return "create";
    }
    const diff = await this.#diff(old, inputs);
    if (diff.replaces.length > 0) {
      await this.#replace(name, old, news, options);
      return "replace";
    }
    if (!diff.changes && !old.initErrors) {
      this.#entries.set(name, { ...old, inputs });
      return "same";
    }
    await this.#update(name, old, inputs);
    return "update";
  }

  /** `pulumi preview` for one resource: what `up` would do, as far as the provider is asked. */
  async preview(type: string, name: string, args: Properties, options: ResourceOptions = {}): Promise<Step> {
    const old = this.#entries.get(name);
    const inputs = await this.#check(old?.inputs ?? {}, this.handedOver(type, name, args, options));
    if (!old) return "create";
    const diff = await this.#diff(old, inputs);
    if (diff.replaces.length > 0) return "replace";
    return diff.changes ? "update" : "same";
  }

  /** `pulumi refresh` for one resource: whether it is still there. */
  async refresh(name: string): Promise<boolean> {
    const { initErrors: _cleared, ...old } = this.entry(name);
    const now = await this.plugin.read(old.id, reveal(old.outputs), reveal(old.inputs));
    if (now.id === "") {
      this.#entries.delete(name);
      return false;
    }
    this.#entries.set(name, { ...old, id: now.id, inputs: now.inputs, outputs: now.outputs });
    return true;
  }

  /** `{ id }` in a program: reads what is there without managing it. */
  async get(type: string, name: string, id: string, args: Properties = {}): Promise<Properties> {
    const { outputs } = await this.plugin.read(id, this.handedOver(type, name, args));
    return reveal(outputs);
  }

  /** Takes what is there into the state, as an import does. */
  async import(type: string, name: string, id: string): Promise<void> {
    const { id: canonical, inputs, outputs } = await this.plugin.read(id, this.handedOver(type, name, {}));
    if (canonical === "") throw new Error(`there is no ${type} "${id}"`);
    this.#entries.set(name, { type, id: canonical, inputs, outputs });
  }

  /** `pulumi destroy` for one resource. */
  async destroy(name: string): Promise<void> {
    const { id, outputs } = this.entry(name);
    await this.plugin.delete(id, reveal(outputs));
    this.#entries.delete(name);
  }

  async #check(olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures } = await this.plugin.check(reveal(olds), news);
    if (failures.length === 0) return inputs;
    throw new CheckError(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
  }

  #diff({ id, inputs: oldInputs, outputs }: Entry, inputs: Properties): Promise<Difference> {
    return this.plugin.diff(id, reveal(outputs), reveal(inputs), reveal(oldInputs));
  }

  async #create(type: string, name: string, inputs: Properties): Promise<void> {
    await this.#keepingPartial(name, { type, inputs }, async () => {
      const { id, outputs } = await this.plugin.create(reveal(inputs));
      if (id === "") throw new Error("plugin returned empty resource.ID");
      return { type, id, inputs, outputs };
    });
  }

  /** After a partial update the old inputs stay, beside the new outputs. */
  async #update(name: string, old: Entry, inputs: Properties): Promise<void> {
    const { type, id } = old;
    await this.#keepingPartial(name, old, async () => {
      const outputs = await this.plugin.update(id, reveal(old.outputs), reveal(inputs), reveal(old.inputs));
      return { type, id, inputs, outputs };
    });
  }

  async #replace(name: string, old: Entry, news: Properties, options: ResourceOptions): Promise<void> {
    const inputs = await this.#check({}, news);
    const remove = () => this.plugin.delete(old.id, reveal(old.outputs));
    if (!options.createFirst) await remove();
    await this.#create(old.type, name, inputs);
    if (options.createFirst) await remove();
  }

  async #keepingPartial(
    name: string,
    kept: { readonly type: string; readonly inputs: Properties },
    work: () => Promise<Entry>,
  ): Promise<void> {
    try {
      this.#entries.set(name, await work());
    } catch (error) {
      if (error instanceof PartialFailure) {
        const { id, outputs, reasons } = error;
        this.#entries.set(name, { ...kept, id, outputs, initErrors: reasons });
      }
      throw error;
    }
  }
}
