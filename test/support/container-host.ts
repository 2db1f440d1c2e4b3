import { randomBytes } from "node:crypto";
import { engineApi, sweep } from "./engine-api";
import { type Host, PASSWORD, providerConfig, startHost } from "./host";
import { engineUrl, testImage } from "./needs";
import { startPlugin } from "./plugin";

/** A host whose environment 1 is the real engine, and names there that are nobody else's. */
export interface ContainerHost extends Host {
  /** Every name that a test makes begins with it; what is left of them is removed at the end. */
  readonly prefix: string;
  /** The least that a container needs; it ends at once when it is stopped. */
  readonly base: { readonly name: string; readonly [key: string]: unknown };
  network(suffix: string, subnet?: string): Promise<string>;
  /** A container that runs and that nobody manages; its id. */
  neighbour(suffix: string): Promise<string>;
  /** Goes on with a new plugin process, as after one that was killed. */
  restart(): Promise<void>;
}

export async function startContainerHost(): Promise<ContainerHost> {
  const host = await startHost({ engine: { url: engineUrl } });
  const prefix = `pp${randomBytes(4).toString("hex")}-`;
  const base = {
    endpointId: 1,
    name: `${prefix}web`,
    image: testImage,
    command: ["sleep", "1000"],
    stopSignal: "SIGKILL",
  };
  const close = host[Symbol.asyncDispose].bind(host);
  return Object.assign(host, {
    prefix,
    base,
    async network(suffix: string, subnet?: string) {
      const name = `${prefix}${suffix}`;
      const ipam = subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } };
      await engineApi("POST", "/networks/create", { Name: name, ...ipam });
      return name;
    },
    async neighbour(suffix: string) {
      const name = `${prefix}${suffix}`;
      const creation = { Image: testImage, Cmd: ["sleep", "1000"], HostConfig: { IpcMode: "shareable" } };
      const { body } = await engineApi("POST", `/containers/create?name=${name}`, creation);
      await engineApi("POST", `/containers/${name}/start`);
      return String(body["Id"]);
    },
    async restart() {
      await host.stack.plugin[Symbol.asyncDispose]();
      const config = providerConfig({ url: host.server.url, username: "admin", password: PASSWORD });
      host.stack.plugin = await startPlugin({ config, engine: host.pulumi.address });
    },
    async [Symbol.asyncDispose]() {
      await close();
      await sweep(prefix);
    },
  });
}
