// An environment for each branch, made and destroyed by this script: node branches.ts up|down|list [branch …]
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import * as portainer from "pulumi-portainer";

const PROJECT = "automation"; // As Pulumi.yaml has it.
const image = process.env["IMAGE"] ?? "busybox:1.37";
const prefix = process.env["PREFIX"] ?? "branch";
/** How many stacks are worked on at a time: each is a Pulumi process and a provider process. */
const parallel = Number(process.env["PARALLEL"] ?? 4);

/** As the engine and Pulumi take it: `feature/log-in` is `feature-log-in`. */
const slug = (branch: string): string => branch.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** What a branch gets: a volume and a page on a port that the engine picks. Its server is in PORTAINER_URL and so on. */
const environment = (branch: string) => async () => {
  const name = `${prefix}-${slug(branch)}`;
  const data = new portainer.Volume("data", { name });
  const web = new portainer.Container("web", {
    name,
    image,
    command: ["httpd", "-f", "-p", "80", "-h", "/www"],
    files: { "/www/index.html": `This is ${branch}.\n` },
    ports: [{ containerPort: 80 }],
    volumes: [{ source: data, target: "/data" }],
    stopSignal: "SIGKILL",
  });
  return { port: web.assignedPorts.apply((ports) => ports?.["80/tcp"]), containerId: web.containerId };
};

const stackOf = (branch: string) =>
  LocalWorkspace.createOrSelectStack(
    { stackName: slug(branch), projectName: PROJECT, program: environment(branch) },
    // Here the program finds its packages; a folder of its own would have none.
    { workDir: import.meta.dirname },
  );

async function up(branch: string): Promise<void> {
  const stack = await stackOf(branch);
  const { outputs, summary } = await stack.up();
  console.log(JSON.stringify({ branch, port: outputs["port"]?.value, changes: summary.resourceChanges }));
}

/** Destroys the environment, and forgets its stack. */
async function down(branch: string): Promise<void> {
  const stack = await stackOf(branch);
  await stack.destroy();
  await stack.workspace.removeStack(stack.name);
  console.log(JSON.stringify({ branch, destroyed: true }));
}

async function list(): Promise<void> {
  const workspace = await LocalWorkspace.create({ workDir: import.meta.dirname });
  for (const { name, lastUpdate, resourceCount } of await workspace.listStacks())
    console.log(JSON.stringify({ branch: name, lastUpdate, resourceCount }));
}

/** Works on some at a time. One that fails does not keep the others from their turn. */
async function each(branches: readonly string[], work: (branch: string) => Promise<void>): Promise<void> {
  const waiting = [...branches];
  const worker = async () => {
    for (let branch = waiting.shift(); branch !== undefined; branch = waiting.shift()) {
      try {
        await work(branch);
      } catch (error) {
        console.error(`${branch}: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

const [command, ...branches] = process.argv.slice(2);
if (command === "up") await each(branches, up);
else if (command === "down") await each(branches, down);
else if (command === "list") await list();
else {
  console.error("Usage: node branches.ts up|down|list [branch …]");
  process.exitCode = 1;
}
