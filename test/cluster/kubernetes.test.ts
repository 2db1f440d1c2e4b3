import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { WebSocket } from "ws";
import { type Actor, form, startWorld, type World } from "../server/kit";
import { eventually } from "../support/processes";

jest.setTimeout(60_000);

/** A real cluster's address, and the token of one of its administrators. `npm test` sets neither: see docs/decisions.md. */
const { TEST_KUBERNETES: url, TEST_KUBERNETES_TOKEN: token = "" } = process.env;

/** Namespaces of this run's own: without controllers a cluster never finishes removing one. */
const [DEV, PROD] = ["dev", "prod"].map((name) => `twin-${randomBytes(4).toString("hex")}-${name}`) as [
  string,
  string,
];

(url ? describe : describe.skip)("a real cluster", () => {
  let world: World;
  let folder: string;
  const cluster = "/endpoints/1/kubernetes";
  const ask = async (as: Actor, method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const answer = await world.send({ as, method, path: cluster + path, headers, ...(body && { body }) });
    return { status: answer.status, body: (await answer.json()) as { kind?: string; items?: object[] } };
  };
  const CONFIG = "/api/v1/namespaces/portainer/configmaps";
  const policies = (open: object) => ({
    metadata: { name: "portainer-config" },
    data: { NamespaceAccessPolicies: JSON.stringify(open) },
  });

  /** What a cluster's controllers do, and an API server alone does not: `edit` and its like are sums of other roles. */
  const fillRoles = async () => {
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    const role = async (name: string) =>
      (await ask("admin", "GET", `${roles}/${name}`)).body as { rules?: object[] | null };
    const edit = await role("edit");
    if (edit.rules?.length) return;
    const parts = await Promise.all(["edit", "view"].map((it) => role(`system:aggregate-to-${it}`)));
    await ask("admin", "PUT", `${roles}/edit`, { ...edit, rules: parts.flatMap(({ rules }) => rules ?? []) });
  };
  /** A cluster learns of its own rules a moment after it has taken them. */
  const becomes = async (as: Actor, namespace: string, status: number) => {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await eventually(async () => (await ask(as, "GET", pods)).status === status, 5_000);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "service-account-"));
    await writeFile(join(folder, "token"), token);
    world = await startWorld({ serviceAccount: folder });
    await world.admin("POST", "/endpoints", form({ Name: "k", EndpointCreationType: "5", URL: url ?? "" }));
    await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {}, "3": {} } });
    for (const name of ["portainer", DEV, PROD])
      await ask("admin", "POST", "/api/v1/namespaces", { metadata: { name } });
    await fillRoles();
    await ask("admin", "DELETE", `${CONFIG}/portainer-config`);
    expect((await ask("admin", "POST", CONFIG, policies({}))).status).toBe(201);
  });
  afterAll(async () => {
    await ask("admin", "DELETE", `${CONFIG}/portainer-config`);
    for (const name of [DEV, PROD]) await ask("admin", "DELETE", `/api/v1/namespaces/${name}`);
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test("is looked at", async () => {
    expect(await world.admin("GET", "/endpoints/1")).toMatchObject({
      Type: 5,
      Status: 1,
      Kubernetes: { Snapshots: [{ KubernetesVersion: expect.stringMatching(/^v/) }] },
    });
  });

  test("knows an administrator as the server", async () => {
    expect((await ask("admin", "GET", "/api/v1/secrets")).body.kind).toBe("SecretList");
  });

  test("knows a standard user by an account of his own, who may use what is opened to him", async () => {
    await becomes("alice", "default", 200);
    await becomes("alice", DEV, 403);
    expect((await ask("alice", "GET", "/api/v1/namespaces")).status).toBe(200);
    expect((await ask("alice", "GET", "/api/v1/secrets")).status).toBe(403);

    const open = policies({
      [DEV]: { UserAccessPolicies: { "2": { RoleId: 0 } } },
      [PROD]: { TeamAccessPolicies: { "1": { RoleId: 0 } } },
    });
    expect((await ask("admin", "PUT", `${CONFIG}/portainer-config`, open)).status).toBe(200);
    await becomes("alice", DEV, 200);
    await becomes("alice", PROD, 403);
    await becomes("leader", DEV, 403);
    await becomes("leader", PROD, 200);
    const made = { metadata: { name: "twin-map" }, data: { a: "b" } };
    expect((await ask("alice", "POST", `/api/v1/namespaces/${DEV}/configmaps`, made)).status).toBe(201);

    expect((await ask("admin", "PUT", `${CONFIG}/portainer-config`, policies({}))).status).toBe(200);
    await becomes("alice", DEV, 403);
    await becomes("leader", PROD, 403);
  });

  test("loses the default namespace where that is restricted", async () => {
    const Kubernetes = { Configuration: { RestrictDefaultNamespace: true } };
    await world.admin("PUT", "/endpoints/1", { Kubernetes });
    await becomes("alice", "default", 403);
    await world.admin("PUT", "/endpoints/1", { Kubernetes: { Configuration: {} } });
    await becomes("alice", "default", 200);
  });

  test("streams what happens, as it happens", async () => {
    const answer = await world.send({
      as: "admin",
      method: "GET",
      path: `${cluster}/api/v1/namespaces/default/configmaps?watch=1&fieldSelector=metadata.name=twin-watched`,
    });
    const reader = answer.body?.getReader();
    await ask("admin", "POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "twin-watched" },
    });
    const { value } = (await reader?.read()) ?? {};
    expect(
      JSON.parse(
        Buffer.from(value ?? [])
          .toString()
          .split("\n")[0] ?? "",
      ),
    ).toMatchObject({ type: "ADDED" });
    await reader?.cancel();
    await ask("admin", "DELETE", "/api/v1/namespaces/default/configmaps/twin-watched");
  });

  test("says itself that there is no such pod to open a terminal in", async () => {
    const query = "endpointId=1&namespace=default&podName=none&containerName=c&command=sh";
    const socket = new WebSocket(`${world.server.url.replace("http", "ws")}/api/websocket/pod?${query}`, {
      headers: world.headers("key:admin"),
    });
    const message = await new Promise((said) => socket.once("error", ({ message }) => said(message)));
    expect(message).toContain("500");
  });
});
