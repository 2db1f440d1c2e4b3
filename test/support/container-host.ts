import { randomBytes, randomInt } from "node:crypto";
import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { engineApi, sweep } from "./engine-api";
import type { Message } from "./fake-pulumi";
import { type Door, type Host, PASSWORD, providerConfig, startHost, startProvider } from "./host";
import { MiniStack } from "./mini-stack";
import { engineOrSkip, engineUrl, testImage } from "./needs";

/** Names on the engine that are nobody else's. */
interface Names {
  /** Every name that a test makes begins with it; what is left of them is removed at the end. */
  readonly prefix: string;
  /** The least that a container needs; it ends at once when it is stopped. */
  readonly base: { readonly name: string; readonly [key: string]: unknown };
  network(suffix: string, subnet?: string): Promise<string>;
  /** A container that runs and that nobody manages; its id. */
  neighbour(suffix: string): Promise<string>;
}

/** A host whose environment 1 is the real engine. */
export interface ContainerHost extends Host, Names {
  /** Goes on with a new plugin process, as after one that was killed. */
  restart(): Promise<void>;
  /** A stack with names of its own, for a test that runs at the same time as others of its host. */
  space(): Space;
}

/** Use with `await using`: that removes what the test has made. */
export interface Space extends Names, AsyncDisposable {
  readonly stack: MiniStack;
  /** What was said on the lines of its resources. */
  said(): readonly Message[];
  /** A network's addresses that no other network of the engine has: `10.201.17`, without the last number. */
  readonly subnet: string;
}

/**
 * Tests with a host for all of them. Each starts with an empty state, and what it leaves on the engine is removed.
 *
 * @param tests `host` is filled in before the first of them runs
 * @param describe a group of tests, or its skipping form where this machine lacks what they need
 * @param door how Pulumi reaches the resources
 */
export function onEngine(
  title: string,
  tests: (host: ContainerHost) => void,
  describe = engineOrSkip(),
  door: Door = "dynamic provider",
): void {
  describe(title, () => {
    const host = {} as ContainerHost;
    beforeAll(async () => {
      Object.assign(host, await startContainerHost(door));
    });
    afterEach(async () => {
      host.stack.forget();
      await sweep(host.prefix);
    });
    afterAll(async () => {
      await host[Symbol.asyncDispose]();
    });
    tests(host);
  });
}

export async function startContainerHost(door: Door = "dynamic provider"): Promise<ContainerHost> {
  const host = await startHost({ engine: { url: engineUrl }, door });
  const names = ownNames();
  const close = host[Symbol.asyncDispose].bind(host);
  return Object.assign(host, names, {
    async restart() {
      await host.stack.plugin[Symbol.asyncDispose]();
      const config = providerConfig({ url: host.server.url, username: "admin", password: PASSWORD });
      host.stack.plugin = await startProvider(door, { config, engine: host.pulumi.address });
    },
    space: () => openSpace(host),
    async [Symbol.asyncDispose]() {
      await close();
      await sweep(names.prefix);
    },
  });
}

function openSpace({ stack: { plugin }, pulumi }: Host): Space {
  const names = ownNames();
  const stackName = names.prefix.slice(0, -1);
  return {
    ...names,
    stack: new MiniStack(plugin, stackName),
    subnet: `10.${randomInt(100, 250)}.${randomInt(256)}`,
    said: () => pulumi.messages.filter(({ urn }) => urn.startsWith(`urn:pulumi:${stackName}::`)),
    [Symbol.asyncDispose]: () => sweep(names.prefix),
  };
}

function ownNames(): Names {
  const prefix = `pp${randomBytes(4).toString("hex")}-`;
  return {
    prefix,
    base: {
      endpointId: 1,
      name: `${prefix}web`,
      image: testImage,
      command: ["sleep", "1000"],
      stopSignal: "SIGKILL",
    },
    async network(suffix, subnet) {
      const name = `${prefix}${suffix}`;
      const ipam = subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } };
      await engineApi("POST", "/networks/create", { Name: name, ...ipam });
      return name;
    },
    async neighbour(suffix) {
      const name = `${prefix}${suffix}`;
      const creation = { Image: testImage, Cmd: ["sleep", "1000"], HostConfig: { IpcMode: "shareable" } };
      const { body } = await engineApi("POST", `/containers/create?name=${name}`, creation);
      await engineApi("POST", `/containers/${name}/start`);
      return String(body["Id"]);
    },
  };
}
