import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type CommandResult, type DockerCli, dockerCli } from "../../support/docker-cli";
import { startGateway, type TestGateway } from "../../support/gateway";
import { engineOrSkip, engineUrl, testImage } from "../../support/needs";
import { type Transport, transports } from "../../support/transports";

jest.setTimeout(60_000);

/** Input that comes after a while, as from a person. */
const typed = (...lines: string[]) =>
  Readable.from(
    (async function* () {
      for (const line of lines) {
        await sleep(700);
        yield `${line}\n`;
      }
      await sleep(700);
    })(),
  );

engineOrSkip()("the docker command line", () => {
  let direct: DockerCli;
  beforeAll(async () => {
    direct = await dockerCli(engineUrl);
  });
  afterAll(async () => {
    await direct[Symbol.asyncDispose]();
  });

  describe.each(Object.entries(transports))("through the gateway to an engine on %s", (_, start) => {
    const name = `gw-${randomUUID().slice(0, 8)}`;
    let transport: Transport;
    let gateway: TestGateway;
    let docker: DockerCli;
    let folder: string;
    beforeAll(async () => {
      transport = await start();
      gateway = await startGateway(transport.environment);
      docker = await dockerCli(gateway.url, "admin");
      folder = await mkdtemp(join(tmpdir(), "gateway-"));
      const script = "echo one; echo two >&2; exec sleep 1000";
      await direct(["run", "-d", "--name", name, "--stop-timeout", "0", testImage, "sh", "-c", script]);
    });
    afterAll(async () => {
      await direct(["rm", "-fv", name]);
      await docker[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const same = async (...args: string[]): Promise<CommandResult> => {
      const result = await docker(args);
      expect(result).toEqual(await direct(args));
      expect(result.code).toBe(0);
      return result;
    };

    test.each([
      ["version"],
      ["inspect", name],
      ["logs", name],
      ["top", name, "-o", "pid,args"],
      ["port", name],
      ["diff", name],
      ["ps", "--all", "--no-trunc", "--filter", `name=${name}`, "--format", "{{json .Names}} {{.ID}}"],
      ["image", "inspect", testImage],
      ["history", "--no-trunc", testImage],
      ["network", "ls", "--filter", "name=bridge"],
      ["system", "df", "--format", "{{.Type}}"],
    ])("answers %s as the engine does", async (...args: string[]) => {
      await same(...args);
    });

    test("runs a container with input and gets its output, errors and exit code", async () => {
      const run = ["run", "--rm", "-i", testImage, "sh", "-c", "cat; echo bad >&2; exit 3"];
      expect(await docker(run, { input: "in\n" })).toEqual({ code: 3, stdout: "in\n", stderr: "bad\n" });
    });

    test("executes with input that ends", async () => {
      const exec = ["exec", "-i", name, "sh", "-c", "cat; echo done"];
      expect(await docker(exec, { input: "in\n" })).toEqual({ code: 0, stdout: "in\ndone\n", stderr: "" });
    });

    test("executes with a terminal and somebody typing", async () => {
      const exec = ["exec", "-it", name, "sh", "-c", "read x; echo got $x; stty size"];
      const { stdout } = await docker(exec, { tty: true, input: typed("hello") });
      expect(stdout).toContain("got hello");
    });

    test("attaches to a container that runs", async () => {
      const other = `${name}-attach`;
      await docker(["run", "-di", "--rm", "--name", other, testImage, "sh", "-c", "read x; echo got $x"]);
      expect((await docker(["attach", other], { input: typed("hello") })).stdout).toBe("got hello\n");
    });

    test("follows logs until the container stops", async () => {
      const other = `${name}-logs`;
      const script = "for i in 1 2 3; do echo $i; sleep 0.3; done";
      await docker(["run", "-d", "--name", other, testImage, "sh", "-c", script]);
      expect((await docker(["logs", "-f", other])).stdout).toBe("1\n2\n3\n");
      await docker(["rm", "-f", other]);
    });

    test("copies files both ways", async () => {
      const content = randomBytes(3_000_000);
      const [there, back] = [join(folder, "there"), join(folder, "back")];
      await writeFile(there, content);
      expect((await docker(["cp", there, `${name}:/tmp/f`])).code).toBe(0);
      expect((await docker(["cp", `${name}:/tmp/f`, back])).code).toBe(0);
      expect((await readFile(back)).equals(content)).toBe(true);
    });

    test("shows statistics as they come, and events", async () => {
      const since = String(Date.now() / 1000);
      expect((await docker(["stats", "--no-stream", "--format", "{{.Name}}", name])).stdout).toBe(
        `${name}\n`,
      );
      await docker(["pause", name]);
      await docker(["unpause", name]);
      const until = String(Date.now() / 1000);
      const window = [
        "--since",
        since,
        "--until",
        until,
        "--filter",
        `container=${name}`,
        "--filter",
        "type=container",
      ];
      const { stdout } = await same("events", ...window, "--format", "{{.Action}}");
      expect(stdout).toBe("pause\nunpause\n");
    });

    test("waits, renames, stops and starts", async () => {
      const other = `${name}-wait`;
      await docker(["create", "--name", `${other}-old`, testImage, "sh", "-c", "sleep 0.5; exit 7"]);
      expect(await docker(["rename", `${other}-old`, other])).toMatchObject({ code: 0 });
      expect((await docker(["start", other])).stdout).toBe(`${other}\n`);
      expect((await docker(["wait", other])).stdout).toBe("7\n");
      expect((await docker(["rm", other])).stdout).toBe(`${other}\n`);
    });

    test("commits, builds and removes images", async () => {
      expect((await docker(["commit", name, `${name}:committed`])).stdout).toMatch(/^sha256:/);
      const dockerfile = `FROM ${testImage}\nCOPY file /file\nRUN cat /file\n`;
      await writeFile(join(folder, "Dockerfile"), dockerfile);
      await writeFile(join(folder, "file"), "built in");
      const { stdout } = await docker(["build", "--force-rm", "-t", `${name}:built`, folder]);
      expect(stdout).toContain("built in");
      expect((await docker(["rmi", `${name}:committed`, `${name}:built`])).code).toBe(0);
    });

    test("manages volumes and networks", async () => {
      expect((await docker(["volume", "create", name])).stdout).toBe(`${name}\n`);
      await same("volume", "inspect", "--format", "{{.Name}} {{.Mountpoint}}", name);
      expect((await docker(["volume", "rm", name])).code).toBe(0);
      expect((await docker(["network", "create", name])).code).toBe(0);
      await same("network", "inspect", "--format", "{{.Id}} {{.IPAM}}", name);
      expect((await docker(["network", "rm", name])).code).toBe(0);
    });
  });
});
