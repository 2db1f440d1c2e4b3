import { createRequire } from "node:module";
import { clone } from "../machine/folders.mts";
import { seconds, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { tally } from "./figures.mts";
import { COUNT, containersProgram, nameOf, openProgram, PARALLEL, specification } from "./program.mts";

/** The calls that a container cannot do without (create, start, inspect; remove), by fetch and nothing else. */
function plainScript(server: { url: string; apiKey: string | undefined }) {
  const headers = { "x-api-key": server.apiKey ?? "", "content-type": "application/json" };
  const ids: string[] = [];

  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const url = `${server.url}/api/endpoints/1/docker${path}`;
    const answer = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };

  const createOne = async (index: number) => {
    const { image: Image, command: Cmd, stopSignal: StopSignal } = specification;
    const created = await call("POST", `/containers/create?name=${nameOf(index)}`, {
      Image,
      Cmd,
      StopSignal,
    });
    const { Id } = JSON.parse(created) as { Id: string };
    ids.push(Id);
    await call("POST", `/containers/${Id}/start`);
    await call("GET", `/containers/${Id}/json`);
  };

  const all = (work: (index: number) => Promise<unknown>) => async () => {
    const indexes = Array.from({ length: COUNT }, (_, index) => index).values();
    const worker = async () => {
      for (const index of indexes) await work(index);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  };

  return {
    create: all(createOne),
    remove: all((index) => call("DELETE", `/containers/${ids[index]}?force=true`)),
  };
}

const { startServer } = createRequire(import.meta.url)(
  `${clone}/dist/server`,
) as typeof import("../../server/index.ts");

/** A hundred containers through Pulumi, and the same calls by a plain script, on the same server and engine. */
export async function benchContainers(engine: Engine, pulumi: string): Promise<string> {
  await using server = await startServer({
    admin: { password: "a-password-for-the-bench" },
    engine: { url: engine.url },
  });
  await using program = await openProgram(pulumi, containersProgram(COUNT), server.env);
  const lines: string[] = [];

  const measure = async (title: string, work: () => Promise<unknown>) => {
    const since = Date.now();
    const before = server.requests().length;
    await step(title, work);
    const requests = tally(server.requests().slice(before));
    lines.push(`  ${title.padEnd(24)} ${seconds(Date.now() - since).padStart(8)}  ${requests}`);
  };

  await measure("pulumi up", () => program.run(["up", "--yes", "--skip-preview"]));
  await measure("pulumi up, unchanged", () =>
    program.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]),
  );
  await measure("pulumi refresh", () => program.run(["refresh", "--yes", "--skip-preview"]));
  await measure("pulumi destroy", () => program.run(["destroy", "--yes", "--skip-preview"]));
  const plain = plainScript(server);
  await measure("plain script, create", plain.create);
  await measure("plain script, delete", plain.remove);
  return [`  ${COUNT} containers`, ...lines].join("\n");
}
