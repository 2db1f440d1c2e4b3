import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { PASSWORD, startHost } from "../support/host";
import { startTinyEngine } from "../support/tiny-engine";

/** What an administrator's key lists. */
async function list({ url, apiKey }: RunningServer, path: string): Promise<{ description?: string }[]> {
  const answer = await fetch(`${url}/api${path}`, { headers: { "x-api-key": apiKey ?? "" } });
  return (await answer.json()) as { description?: string }[];
}

test.each([
  ["ApiKey", "/users/1/tokens", () => ({ description: "ci" })],
  ["Endpoint", "/endpoints", (engine: string) => ({ url: engine })],
])("%s is made once, although the server ends in the middle and comes back", async (type, path, args) => {
  const data = await mkdtemp(join(tmpdir(), "portainer-killed-"));
  await using engine = await startTinyEngine();
  await using host = await startHost({ data });
  host.server.fail({ method: "POST", path: `/api${path}`, with: "reset-after" });
  const coming = host.stack.up(type, "it", args(engine.url));
  while (host.server.requests({ method: "POST", path: `/api${path}` }).length === 0) await delay(5);
  await delay(300);
  await host.server.stop();
  await delay(3_000);
  await using later = await startServer({
    data,
    port: Number(new URL(host.server.url).port),
    admin: { password: PASSWORD },
  });
  expect(await coming).toBe("create");
  const made = (await list(later, path)).filter(({ description }) => description !== "startServer");
  expect(made).toHaveLength(1);
  await rm(data, { recursive: true, force: true });
});
