import { setTimeout as delay } from "node:timers/promises";
import { jest } from "@jest/globals";
import { type RunningServer, type ServerOptions, startServer } from "../../server";
import { type FakePulumi, type Message, startFakePulumi } from "./fake-pulumi";
import { MiniStack } from "./mini-stack";
import { type Plugin, type PluginOptions, startPlugin } from "./plugin";
import { startResourcePlugin } from "./resource-plugin";

/** A plugin process starts in half a second, and in many on a machine that is busy. */
jest.setTimeout(120_000);

export const PASSWORD = "correct-horse-9";

/** A server, Pulumi's plugin process with a provider for that server, and an engine to run resources. */
export interface Host extends AsyncDisposable {
  /** How Pulumi reaches the resources. */
  readonly door: Door;
  readonly server: RunningServer;
  readonly stack: MiniStack;
  readonly pulumi: FakePulumi;
  /** All as it was at the start, except the plugin process. */
  reset(): Promise<void>;
  /** Waits until something is said on a resource's line that fits. */
  heard(name: string, text: RegExp): Promise<Message>;
  /**
   * Goes on with another plugin process, whose provider has these settings, until that is disposed of. Every phase of
   * a real command has a process of its own.
   */
  switchTo(settings: Settings, options?: PluginOptions): Promise<AsyncDisposable>;
}

/** The settings of a `Provider`, as text. */
type Settings = Readonly<Record<string, string>>;

export interface HostOptions extends ServerOptions {
  /** A server without an administrator. @default false */
  readonly isNew?: boolean;
  /** The provider's settings beside the url. @default the administrator's name and password */
  readonly settings?: Settings;
  /** How Pulumi reaches the resources. @default "dynamic provider" */
  readonly door?: Door;
}

/** The two ways in which Pulumi reaches the resources. */
export const DOORS = ["dynamic provider", "plugin"] as const;
export type Door = (typeof DOORS)[number];

const STARTS = { "dynamic provider": startPlugin, plugin: startResourcePlugin } as const;

/** Starts the process that Pulumi calls for the resources. */
export const startProvider = (door: Door, options?: PluginOptions): Promise<Plugin> => STARTS[door](options);

/** Starts all three, the server with an administrator unless said otherwise. */
export async function startHost({
  settings,
  isNew,
  door = "dynamic provider",
  ...options
}: HostOptions = {}): Promise<Host> {
  const server = await startServer({ ...(!isNew && { admin: { password: PASSWORD } }), ...options });
  const pulumi = await startFakePulumi();
  const start = (own: Settings, more?: PluginOptions): Promise<Plugin> =>
    startProvider(door, { config: providerConfig(own), engine: pulumi.address, ...more });
  const login = { username: "admin", password: PASSWORD };
  const stack = new MiniStack(await start({ url: server.url, ...(settings ?? login) }));
  return {
    door,
    server,
    stack,
    pulumi,
    async reset() {
      await server.reset();
      stack.forget();
      pulumi.forget();
    },
    async heard(name, text) {
      const fits = (message: Message) => message.urn.endsWith(`::${name}`) && text.test(message.text);
      for (;;) {
        const message = pulumi.messages.find(fits);
        if (message) return message;
        await delay(20);
      }
    },
    async switchTo(own, more) {
      const before = stack.plugin;
      const other = await start({ url: server.url, ...own }, more);
      stack.plugin = other;
      return {
        async [Symbol.asyncDispose]() {
          stack.plugin = before;
          await other[Symbol.asyncDispose]();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await stack.plugin[Symbol.asyncDispose]();
      await pulumi[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

/** The keys of a `Provider` with these settings. */
export function providerConfig(settings: Settings): Record<string, string> {
  const keys = Object.entries(settings).map(([key, value]) => [`portainer:${key}`, value]);
  return { ...Object.fromEntries(keys), "portainer:explicit": "true" };
}
