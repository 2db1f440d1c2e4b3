import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { applicationFolder } from "../support/compose-project";
import { type DockerCli, dockerCli } from "../support/docker-cli";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { swarmOrSkip, swarmUrl, testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, otherImage, stackOrSkip } from "../support/stack";
import { swarmApi, swarmObjects, sweepSwarm } from "../support/swarm-host";

const suite = process.env["TEST_PULUMI"] ? swarmOrSkip() : stackOrSkip();

type Json = Record<string, unknown>;

suite("a Compose file on a swarm", () => {
  let site: Site;
  let folder: Awaited<ReturnType<typeof applicationFolder>>;
  let docker: DockerCli;
  let project: string;
  /** Another project, which Docker has deployed before. */
  let taken: string;
  let tasksBefore: string;
  let variables: Record<string, string>;
  /** What `docker stack deploy` and the program make of the file. */
  const made: { theirs?: Json; ours?: Json } = {};

  const write = (more: object = {}, services = "{}") =>
    site.write(`const shop = new portainer.ComposeProject("shop", {
      type: "swarm",
      files: ${JSON.stringify(["swarm.yaml", "swarm-job.yaml"].map((name) => join(folder.path, name)))},
      projectName: ${JSON.stringify(project)},
      environment: ${JSON.stringify({ ...variables, ...more })},
      services: ${services},
    });
    new portainer.ComposeProject("taken", {
      type: "swarm",
      adopt: "matching",
      files: ${JSON.stringify(join(folder.path, "swarm-taken.yaml"))},
      projectName: ${JSON.stringify(taken)},
      environment: ${JSON.stringify(variables)},
    });
    module.exports = { web: shop.service("web").service.serviceId };`);
  const content = (file: string, text: string) => writeFile(join(folder.path, file), text);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await docker(args);
    if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };

  const deploy = (file: string, name: string) =>
    run("stack", "deploy", "--resolve-image=never", "-c", join(folder.path, file), name);
  const tasksOf = (name: string) => run("stack", "ps", "--no-trunc", "--format", "{{.ID}} {{.Name}}", name);

  beforeAll(async () => {
    folder = await applicationFolder();
    docker = await dockerCli(swarmUrl);
    site = await openSite("", { engine: { url: swarmUrl } });
    project = `${site.prefix}shop`;
    taken = `${site.prefix}taken`;
    const outside = { TOKEN: `${site.prefix}token`, MOTD: `${site.prefix}motd`, NAS: `${site.prefix}nas` };
    const ports = { PORT_1: String(await freePort()), PORT_2: String(await freePort()) };
    variables = { IMAGE: testImage, API_IMAGE: testImage, BACK: `${project}_back`, ...outside, ...ports };
    for (const [kind, Name] of [
      ["secrets", outside.TOKEN],
      ["configs", outside.MOTD],
    ])
      await swarmApi("POST", `/${kind}/create`, { Name, Data: "YQ==" });
    await content("shop.env", "# A comment\nCURRENCY=EUR\n");
    await content("password.txt", "first-password");
    await content("page.html", "<h1>First page</h1>");
    Object.assign(docker.env, variables);
    await deploy("swarm-taken.yaml", taken);
    await eventually(async () => (await tasksOf(taken)) !== "");
    tasksBefore = await tasksOf(taken);
    await deploy("swarm.yaml", project);
    made.theirs = await specifications(project);
    // It fails where a task of a service that it has just removed is still on a network.
    await eventually(async () => {
      await docker(["stack", "rm", project]);
      return Object.keys(await specifications(project)).length === 0;
    });
    await write();
  });

  afterAll(async () => {
    await sweepSwarm(site.prefix);
    for (const name of [project, taken]) await swarmApi("DELETE", `/volumes/${name}_data`);
    await docker[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  it("makes all that it declares, which Docker knows as a stack", async () => {
    const { changes } = must(await site.stack.up());
    expect(Object.keys(changes)).toEqual(["create"]);
    made.ours = await specifications(project);
    const names = ["api", "everything", "ingress", "migration", "node", "web"].map(
      (name) => `${project}_${name}`,
    );
    expect((await run("stack", "services", "--format", "{{.Name}}", project)).split("\n").sort()).toEqual(
      names,
    );
    const tasks = await run("stack", "ps", "--format", "{{.Name}} {{.CurrentState}}", project);
    expect(tasks).toMatch(/_web\.2\S* Running/);
    expect(tasks).toMatch(/_migration\S* Complete/);
    expect((await swarmApi("GET", `/volumes/${project}_data`)).body["Labels"]).toEqual({
      "com.docker.stack.namespace": project,
    });
  });

  it("takes over what Docker has deployed, and restarts nothing", async () => {
    expect(tasksBefore).toMatch(/^\S+ .*_web\.1$/);
    expect(await tasksOf(taken)).toBe(tasksBefore);
    expect((await site.stack.state()).resource("taken-web")?.id).toBe(`1/${taken}_web`);
  });

  it("makes each object as `docker stack deploy` does, field by field", () => {
    const { [`${project}_migration`]: _job, ...ours } = made.ours ?? {};
    expect(ours).toEqual(made.theirs);
  });

  it("changes nothing and asks nothing at the second preview, and differs in nothing when it is read again", async () => {
    const requests = await site.requestsOf(async () => {
      expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    });
    expect(requests).toEqual([]);
    const { changes } = must(await site.stack.preview({ args: ["--refresh"] }));
    expect(Object.keys(changes)).toEqual(["same"]);
  });

  it("moves the services over to the new secret, config and network, and deletes the old ones then", async () => {
    const names = async () =>
      [...(await swarmObjects("secrets", project)), ...(await swarmObjects("configs", project))].map(
        ({ Spec }) => Spec.Name,
      );
    const before = await names();
    await content("password.txt", "second-password");
    await content("page.html", "<h1>Second page</h1>");
    variables["BACK"] = `${project}_behind`;
    await write();
    expect(must(await site.stack.up()).changes).toMatchObject({ replace: 3, update: 3 });
    const now = await names();
    expect(now).toHaveLength(2);
    for (const name of now) expect(before).not.toContain(name);
  });

  it("rolls the service out that the program changes, and no other", async () => {
    await write(
      {},
      `{ api: { image: "${otherImage}", env: { TOKEN: pulumi.secret("known to the program") } } }`,
    );
    expect(must(await site.stack.up()).changes).toEqual({ same: expect.any(Number), update: 1 });
    expect(await specOf(`${project}_api`)).toMatchObject({
      Labels: { "com.docker.stack.image": otherImage },
      TaskTemplate: { ContainerSpec: { Env: ["TOKEN=known to the program"] } },
    });
  });

  it("says why a roll-out fails, in the task's own words, and the service runs as before", async () => {
    await write({ API_IMAGE: "pulumi-portainer/no-such-image:1" });
    const failed = await site.stack.up();
    expect(failed.code).not.toBe(0);
    expect(failed.diagnostics.join("\n")).toMatch(
      /the roll-out of the service ".*_api" failed: .*no-such-image.*The swarm has undone it/s,
    );
    expect(await specOf(`${project}_api`)).toMatchObject({
      TaskTemplate: { ContainerSpec: { Image: otherImage } },
    });
  });

  it("leaves nothing behind but volumes", async () => {
    must(await site.stack.destroy());
    expect({ ...(await specifications(project)), ...(await specifications(taken)) }).toEqual({});
    for (const kind of ["secrets", "configs"] as const) expect(await swarmObjects(kind, project)).toEqual([]);
  });
});

const specOf = async (name: string) => (await swarmApi("GET", `/services/${name}`)).body["Spec"];

/** What the swarm has of a project: the specification of each service, and its networks. */
async function specifications(project: string): Promise<Json> {
  const isOurs = (name: string) => name.startsWith(`${project}_`);
  const networks = (await swarmApi("GET", "/networks")).body as unknown as (Json & {
    Id: string;
    Name: string;
  })[];
  const names = new Map(networks.map(({ Id, Name }) => [Id, Name]));
  const services = (await swarmApi("GET", "/services")).body as unknown as {
    Spec: Json & { Name: string };
  }[];
  const own = networks
    .filter(({ Name }) => isOurs(Name))
    .map(({ Name, Driver, Options, Internal, Attachable, Labels }) => [
      Name,
      comparable({ Driver, Options, Internal, Attachable, Labels }, names),
    ]);
  return Object.fromEntries([
    ...own,
    ...services
      .filter(({ Spec }) => isOurs(Spec.Name))
      .map(({ Spec }) => [Spec.Name, comparable(Spec, names)]),
  ]);
}

/** Without what is empty, without the ids of a run, and with lists of objects in one order. */
function comparable(value: unknown, networks: ReadonlyMap<string, string>, key = ""): unknown {
  if (key === "Target" && typeof value === "string") return networks.get(value) ?? value;
  if (/^(?:Secret|Config)Name$/.test(key)) return String(value).replace(/-[0-9a-f]{10}$/, "");
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, networks));
    return /^(?:Command|Args|Test)$/.test(key)
      ? items
      : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !/^(?:SecretID|ConfigID)$|^io\.pulumi\.portainer\.|vxlanid_list/.test(name))
    .map(([name, inner]) => [name, comparable(inner, networks, name)] as const)
    .filter(([, inner]) => !isEmpty(inner))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries);
}

const isEmpty = (value: unknown): boolean =>
  [undefined, null, "", false, 0].includes(value as never) ||
  (typeof value === "object" && Object.keys(value as object).length === 0);
