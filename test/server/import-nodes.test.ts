import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { importProject } from "../../cli/import/compose";
import { existing } from "../../cli/import/existing";
import { program } from "../../cli/import/program";
import { named } from "../../cli/import/resources";
import { type Connection, connect } from "../../provider/connection";
import { makeCertificates } from "../support/certificates";
import { type FakeAgent, type FakeAgentOptions, startFakeAgent } from "../support/fake-agent";
import { folderWith } from "../unit/compose/kit";
import { form, startWorld, useWorld } from "./kit";

// An agent shows the containers, volumes and networks of all nodes in its lists, and finds one only on the node that it
// is asked for.
const NODES = ["n1", "n2"];
const webOf = (node: string) => `${node === "n1" ? "a" : "b"}`.repeat(64);

const info = (node: string) => ({
  ID: `engine-${node}`,
  Name: node,
  ServerVersion: "20.10.24",
  Swarm: { LocalNodeState: "active", ...(node === "n1" && { Cluster: { ID: "swarm" } }) },
});
/** On one node the container is of a Compose project. */
const labelsOf = (node: string) => (node === "n2" ? { "com.docker.compose.project": "media" } : {});
const listed = (node: string) => ({
  Id: webOf(node),
  Names: ["/web"],
  Image: "nginx:1.27",
  Labels: labelsOf(node),
  Portainer: { Agent: { NodeName: node } },
});
const container = (node: string) => ({
  Id: webOf(node),
  Name: "/web",
  Created: "2026-01-01T00:00:00Z",
  Image: "sha256:1",
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: "nginx:1.27", Labels: labelsOf(node) },
  HostConfig: { NetworkMode: "app", Binds: ["data:/data"] },
  Mounts: [{ Type: "volume", Name: "data", Source: "/data", Destination: "/data", RW: true }],
  NetworkSettings: { Networks: { app: {}, shop: {} }, Ports: {} },
});
const volume = { Name: "data", Driver: "local", Labels: {}, Options: {}, Mountpoint: "/", Scope: "local" };
const network = (node: string) => ({
  Id: `app-${node}`,
  Name: "app",
  Driver: "bridge",
  Scope: "local",
  IPAM: {},
});
const overlay = { Id: "shop", Name: "shop", Driver: "overlay", Scope: "swarm", Attachable: true, IPAM: {} };

const answersOf = (node: string): FakeAgentOptions["answers"] => ({
  "GET /info": [200, info(node)],
  "GET /containers/json": [200, [listed(node)]],
  [`GET /containers/${webOf(node)}/json`]: [200, container(node)],
  "GET /images/sha256:1/json": [200, { Id: "sha256:1", Config: {} }],
  "GET /volumes": [200, { Volumes: [volume] }],
  "GET /volumes/data": [200, volume],
  "GET /networks": [200, [network(node), overlay]],
  "GET /networks/app": [200, network(node)],
});
const ofNode = (node: string) =>
  Object.fromEntries(Object.entries(answersOf(node)).map(([call, answer]) => [`${call} @${node}`, answer]));

let agent: FakeAgent;
const world = useWorld(async (use) => {
  const answers: FakeAgentOptions["answers"] = {
    "GET /_ping": [200, "OK"],
    "GET /version": [200, { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" }],
    "GET /info": [200, info("n1")],
    "GET /images/json": [200, []],
    "GET /containers/json": [200, NODES.map(listed)],
    "GET /volumes": [200, { Volumes: [volume, volume] }],
    "GET /networks": [200, [...NODES.map(network), overlay, overlay]],
    "GET /networks/shop": [200, overlay],
    ...Object.assign({}, ...NODES.map(ofNode)),
  };
  agent = use(await startFakeAgent(await makeCertificates(), { answers }));
  const started = await startWorld();
  const environment = { Name: "cluster", URL: agent.url, EndpointCreationType: "2" };
  const TLS = { TLS: "true", TLSSkipVerify: "true", TLSSkipClientVerify: "true" };
  await started.admin("POST", "/endpoints", form({ ...environment, ...TLS }));
  return started;
});

/** One for both tests: a process has one connection to a server. */
const connected = (): Connection => connect({ url: world.server.url, apiKey: world.server.apiKey ?? "" });
afterAll(() => connected().close());

test("what is on the nodes of one agent is imported from each, and what their swarm shares once", async () => {
  const found = await existing(connected(), { types: ["Container"], endpoints: [], filters: {} });
  expect(program(named(found)).text).toBe(`import * as portainer from "pulumi-portainer";

export const app = new portainer.Network("app", {
  endpointId: 1,
  nodeName: "n1",
});

export const app2 = new portainer.Network("app-2", {
  endpointId: 1,
  name: "app",
  nodeName: "n2",
});

export const shop = new portainer.Network("shop", {
  endpointId: 1,
  driver: "overlay",
  attachable: true,
});

export const data = new portainer.Volume("data", {
  endpointId: 1,
  nodeName: "n1",
});

export const data2 = new portainer.Volume("data-2", {
  endpointId: 1,
  name: "data",
  nodeName: "n2",
});

export const web = new portainer.Container("web", {
  endpointId: 1,
  image: "nginx:1.27",
  volumes: [{ source: data, target: "/data" }],
  networks: [app, shop],
  nodeName: "n1",
});

export const web2 = new portainer.Container("web-2", {
  endpointId: 1,
  name: "web",
  image: "nginx:1.27",
  labels: { "com.docker.compose.project": "media" },
  volumes: [{ source: data2, target: "/data" }],
  networks: [app2, shop],
  nodeName: "n2",
});
`);
});

test("a Compose project is taken over on the node that it runs on", async () => {
  using folder = folderWith({
    "compose.yaml": `services: { web: { image: "nginx:1.27", container_name: web, volumes: ["data:/data"], networks: [app] } }
volumes: { data: { external: true } }
networks: { app: { external: true } }`,
  });
  const choice = {
    projectName: "media",
    envFiles: [],
    profiles: [],
    unsupported: undefined,
    endpoints: [],
  };
  const written = await importProject(
    connected(),
    { url: world.server.url },
    { ...choice, files: [join(folder.path, "compose.yaml")] },
    { program: join(folder.path, "imported.ts"), state: join(folder.path, "import.json") },
  );
  expect(written.program).toContain(
    'new portainer.ComposeProject("media", {\n  files: "compose.yaml",\n  endpointId: 1,\n  nodeName: "n2",\n});',
  );
  const { resources } = JSON.parse(written.state) as { resources: { id?: string; outputs?: object }[] };
  expect(resources.map(({ id }) => id)).toEqual([undefined, "1/web"]);
  expect(resources[1]?.outputs).toMatchObject({ nodeName: "n2", containerId: webOf("n2") });
});
