import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import type { Properties } from "../../support/grpc";
import { otherImage } from "../../support/stack";

/** The requests that `docs/benchmarks.md` names, by operation: its tables are the budget. */
const documented: ReadonlyMap<string, readonly string[]> = readTables();

/** Asked once in a process, whatever the resource. */
const ONCE = /\/(?:auth|status|info|version)$/;

onEngine("the requests of an operation on a container, as documented", (host) => {
  /** What is asked by a process of its own, as each phase of a command is. */
  async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
    await host.restart();
    const before = host.server.requests().length;
    await work();
    return host.server
      .requests()
      .slice(before)
      .filter(({ path }) => !ONCE.test(path))
      .map(({ method, path }) => `${method} ${shortened(path)}`);
  }

  const up = (args: Properties) => () => host.stack.up("Container", "web", args);

  test("a life", async () => {
    const { base, stack } = host;
    const first = { ...base, restart: "always", files: { "/a": "a", "/b": "b" } };
    expect(await requestsOf(up(first))).toEqual(documented.get("create"));
    expect(await requestsOf(up(first))).toEqual([]);
    expect(await requestsOf(() => stack.refresh("web"))).toEqual(documented.get("refresh"));
    const limited = { ...first, memory: "64m" };
    expect(await requestsOf(up(limited))).toEqual(documented.get("change in place"));
    const { files: _gone, ...changed } = { ...limited, env: { V: "2" } };
    expect(await requestsOf(up(changed))).toEqual(documented.get("roll-out"));
    expect(await requestsOf(() => stack.destroy("web"))).toEqual(documented.get("destroy"));
  });

  test("a roll-out to another image asks for that image's name in its registry, too", async () => {
    const { base } = host;
    await host.stack.up("Container", "web", { ...base, restart: "always" });
    const asked = await requestsOf(up({ ...base, restart: "always", image: otherImage }));
    const extra = asked.filter((request) => !documented.get("roll-out")?.includes(request));
    expect(extra).toEqual(["GET /images/:id/json"]);
  });

  test("a roll-out takes at most ten", () => {
    expect(documented.get("roll-out")?.length).toBeLessThanOrEqual(10);
  });
});

function shortened(path: string): string {
  return path
    .replace(/.*\/docker\/v[\d.]+/, "")
    .replace(/(?:sha256:)?[0-9a-f]{64}/, ":id")
    .replace(/sha256%3A[0-9a-f]{64}/, ":id");
}

/** `### Create` with a table whose first column is the request. */
function readTables(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(__dirname, "../../../docs/benchmarks.md"), "utf8");
  const sections = text.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => [
      (section.split("\n")[0] ?? "").toLowerCase(),
      [...section.matchAll(/^\| `([A-Z]+ [^`]+)`/gm)].map(([, request = ""]) => request),
    ]),
  );
}
