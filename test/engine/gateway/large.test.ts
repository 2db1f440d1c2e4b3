import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { expect, jest, test } from "@jest/globals";
import { type DockerCli, dockerCli } from "../../support/docker-cli";
import { startGateway } from "../../support/gateway";
import { engineOrSkip, engineUrl, testImage } from "../../support/needs";
import { transports } from "../../support/transports";

jest.setTimeout(300_000);

const MEGABYTES = 200;

const docker = (cli: DockerCli, ...args: string[]): ChildProcess =>
  spawn("docker", args, { env: cli.env, stdio: ["pipe", "pipe", "inherit"] });

/** TCP is TLS without the part that could go wrong, and this takes long. */
const { tcp: _, ...others } = transports;

engineOrSkip().each(Object.entries(others))("an image of 200 MB on an engine on %s", (_, start) => {
  test("is saved and loaded through the gateway, the same to the byte", async () => {
    await using transport = await start();
    await using gateway = await startGateway(transport.environment);
    await using direct = await dockerCli(engineUrl);
    await using cli = await dockerCli(gateway.url, "admin");
    const name = `gw-${randomUUID().slice(0, 8)}`;
    const script = `dd if=/dev/urandom of=/big bs=1M count=${MEGABYTES} 2>/dev/null`;
    try {
      await direct(["run", "--name", name, testImage, "sh", "-c", script]);
      const id = (await direct(["commit", name, `${name}:big`])).stdout.trim();
      await direct(["rm", name]);

      const save = docker(cli, "save", `${name}:big`);
      const load = docker(cli, "load");
      if (!save.stdout || !load.stdin) throw new Error("no pipes");
      let saved = 0;
      save.stdout.on("data", (chunk: Buffer) => {
        saved += chunk.length;
      });
      const loaded = once(load, "close");
      await pipeline(save.stdout, load.stdin);
      expect(await loaded).toEqual([0, null]);
      expect(saved).toBeGreaterThan(MEGABYTES * 1024 * 1024);
      expect((await direct(["image", "inspect", "--format", "{{.Id}}", `${name}:big`])).stdout.trim()).toBe(
        id,
      );
    } finally {
      await direct(["rm", "-f", name]);
      await direct(["rmi", `${name}:big`]);
    }
  });
});
