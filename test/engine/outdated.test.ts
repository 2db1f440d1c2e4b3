import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { engineApi, sweep } from "../support/engine-api";
import { PASSWORD } from "../support/host";
import { engineUrl, registryOrSkip, testImage } from "../support/needs";
import { type Registry, startRegistry } from "../support/registry";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");
const otherImage = process.env["TEST_OTHER_IMAGE"] ?? "";
const USER = { username: "robot", password: "s3cret-of-the-registry" };

registryOrSkip()("the command `outdated`, on a real engine with a private registry", () => {
  const prefix = `outdated-${randomBytes(4).toString("hex")}-`;
  let registry: Registry;
  let server: RunningServer;
  let image: string;
  let folder: string;

  const outdated = (...args: string[]) =>
    new Promise<{ code: number | string | null; stdout: string; stderr: string }>((done) => {
      const options = { env: { PATH: process.env["PATH"], ...server.env } };
      execFile(process.execPath, [BIN, "outdated", ...args], options, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  const login = () => ["--docker-config", join(folder, "config.json")];
  /** Other tests have containers there too. */
  const verdicts = async (...args: string[]) => {
    const { stdout } = await outdated("--json", ...args);
    const { containers } = JSON.parse(stdout) as {
      containers: { container: string; verdict: string; image: string }[];
    };
    const own = containers.filter(({ container }) => container.startsWith(prefix));
    return Object.fromEntries(own.map(({ container, verdict }) => [container.slice(prefix.length), verdict]));
  };

  beforeAll(async () => {
    registry = await startRegistry(USER);
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    folder = await mkdtemp(join(tmpdir(), "outdated-"));
    image = registry.name("app:1");
    const auths = {
      [image.split("/")[0] ?? ""]: {
        auth: Buffer.from(`${USER.username}:${USER.password}`).toString("base64"),
      },
    };
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
    await registry.push(testImage, image);
    const auth = { "x-registry-auth": Buffer.from(JSON.stringify(USER)).toString("base64") };
    await engineApi("POST", `/images/create?fromImage=${image}`, undefined, auth);
    await engineApi("POST", `/containers/create?name=${prefix}web`, { Image: image, Cmd: ["sleep", "1000"] });
    await engineApi("POST", `/containers/create?name=${prefix}built`, {
      Image: testImage,
      Cmd: ["sleep", "1000"],
    });
  });

  afterAll(async () => {
    await sweep(prefix);
    await engineApi("DELETE", `/images/${image}?noprune=1`);
    await server.stop();
    await registry[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("finds nothing as long as the tag stays, and cannot say without the registry's login", async () => {
    expect(await verdicts(...login())).toMatchObject({ web: "current" });
    expect(await verdicts()).toMatchObject({ web: "unknown" });
  });

  it("names the container, both digests and the environment once the tag has moved, and changes nothing", async () => {
    await registry.push(otherImage, image);
    expect(await verdicts(...login())).toMatchObject({ web: "moved" });
    const { code, stdout } = await outdated(...login());
    expect(code).toBe(1);
    expect(stdout).toMatch(
      new RegExp(`primary\\n[^]*moved  ${prefix}web  ${image}: sha256:[0-9a-f]{12} -> sha256:[0-9a-f]{12}`),
    );
    expect(stdout).not.toContain(USER.password);
    expect(await verdicts(...login())).toMatchObject({ web: "moved" });
    expect(server.requests().every(({ method }) => method === "GET")).toBe(true);
  });
});
