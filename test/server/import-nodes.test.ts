import { expect, test } from "@jest/globals";
import { existing } from "../../cli/import/existing";
import { program } from "../../cli/import/program";
import { named } from "../../cli/import/resources";
import { connect } from "../../provider/connection";
import { makeCertificates } from "../support/certificates";
import { type FakeAgent, type FakeAgentOptions, startFakeAgent } from "../support/fake-agent";
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
const listed = (node: string) => ({
  Id: webOf(node),
  Names: ["/web"],
  Image: "nginx:1.27",
  Labels: {},
  Portainer: { Agent: { NodeName: node } },
});
const container = (node: string) => ({
  Id: webOf(node),
  Name: "/web",
  Created: "2026-01-01T00:00:00Z",
  Image: "sha256:1",
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: "nginx:1.27", Labels: {} },
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
  return await startWorld();
});

test("what is on the nodes of one agent is imported from each, and what their swarm shares once", async () => {
  const environment = { Name: "cluster", URL: agent.url, EndpointCreationType: "2" };
  const TLS = { TLS: "true", TLSSkipVerify: "true", TLSSkipClientVerify: "true" };
  await world.admin("POST", "/endpoints", form({ ...environment, ...TLS }));
  const { url, apiKey } = world.server;
  const connection = connect({ url, apiKey: apiKey ?? "" });
  try {
    const found = await existing(connection, { types: ["Container"], endpoints: [], filters: {} });
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
  volumes: [{ source: data2, target: "/data" }],
  networks: [app2, shop],
  nodeName: "n2",
});
`);
  } finally {
    await connection.close();
  }
});
