import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { createClient } from "../../client";
import { onEngine } from "../support/container-host";
import { engineApi, execute, inspect } from "../support/engine-api";
import { otherTestImage, registryOrSkip, testImage } from "../support/needs";
import { type Registry, startRegistry } from "../support/registry";

const idOf = async (image: string): Promise<string | undefined> => {
  const { status, body } = await engineApi("GET", `/images/${image}/json`);
  return status === 200 ? String(body["Id"]) : undefined;
};
const tag = (image: string, repository: string, version: string) =>
  engineApi("POST", `/images/${image}/tag?repo=${repository}&tag=${version}`);
const untag = (image: string) => engineApi("DELETE", `/images/${image}?noprune=1`);

/** The engine's requests since, without ids. */
const calls = (asked: readonly { readonly method: string; readonly path: string }[]) =>
  asked
    .filter(({ path }) => /\/(images|build)\b/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/^.*\/docker\/v[\d.]+/, "").replace(/\?.*/, "")}`);

onEngine("an image that is built", (host) => {
  let context: string;
  let name: string;
  const write = (file: string, content: string) => writeFile(join(context, file), content);
  const args = (more: object = {}, build: object = {}) => ({
    endpointId: 1,
    name,
    build: { context, ...build },
    ...more,
  });
  const up = (...inputs: Parameters<typeof args>) => host.stack.up("Image", "app", args(...inputs));
  const preview = (...inputs: Parameters<typeof args>) => host.stack.preview("Image", "app", args(...inputs));
  const out = () => host.stack.outputs("app") as Record<string, string>;

  beforeEach(async () => {
    context = await mkdtemp(join(tmpdir(), "image-"));
    name = `${host.prefix}app:1`;
    await write("Dockerfile", `FROM ${testImage}\nARG WHO=world\nLABEL who=$WHO\nCOPY . /app/\n`);
    await write("greeting", "one");
    await write("secret.key", "not for the image");
    await write(".dockerignore", "*.key\n");
  });
  afterEach(async () => {
    const { body } = await engineApi("GET", "/images/json?all=1");
    const images = body as unknown as { RepoTags: string[] | null }[];
    for (const one of images.flatMap(({ RepoTags }) => RepoTags ?? [])) {
      if (one.startsWith(host.prefix)) await engineApi("DELETE", `/images/${one}?force=1`);
    }
    await rm(context, { recursive: true, force: true });
  });

  test("is built once, and again when a file changes, which the preview says and a container follows", async () => {
    const since = host.server.requests().length;
    expect(await up()).toBe("create");
    expect(calls(host.server.requests().slice(since))).toEqual([
      `GET /images/${name}/json`,
      "POST /build",
      `GET /images/${name}/json`,
    ]);
    const first = out();
    expect(first).toMatchObject({ imageId: await idOf(name), reference: await idOf(name), wasThere: false });

    const web = { ...host.base, image: first["reference"] };
    await host.stack.up("Container", "web", web);
    expect(await execute(host.base.name, "ls", "/app")).not.toContain("secret.key");

    const asked = host.server.requests().length;
    expect(await up()).toBe("same");
    await write("secret.key", "another one");
    expect(await up()).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await host.stack.refresh("app")).toBe(true);
    expect(await preview()).toBe("same");

    await write("greeting", "two");
    expect(await preview()).toBe("update");
    await host.heard("app", /built again, because of: contextHash/);
    expect(await up()).toBe("update");
    const second = out()["reference"];
    expect(second).not.toBe(first["reference"]);
    expect(await host.stack.preview("Container", "web", { ...web, image: second })).toBe("update");
    await host.stack.up("Container", "web", { ...web, image: second });
    expect(await execute(host.base.name, "cat", "/app/greeting")).toBe("two");

    expect(await idOf(String(first["imageId"]))).toBeDefined();
    await host.stack.destroy("app");
    await host.heard("app", /stays, since containers use it/);
    expect(await idOf(name)).toBe(second);
    expect(await idOf(String(first["imageId"]))).toBeUndefined();
  });

  test("takes what the builder takes, and is built again when it changes", async () => {
    const build = { args: { WHO: "you" }, labels: { tier: "web" }, dockerfile: "Other", target: "first" };
    await write("Other", `FROM ${testImage} AS first\nARG WHO\nLABEL who=$WHO\nFROM first\nLABEL second=1\n`);
    await up({ tags: [`${host.prefix}app:latest`] }, build);
    const { body } = await engineApi("GET", `/images/${host.prefix}app:latest/json`);
    expect(body).toMatchObject({ Id: out()["imageId"], Config: { Labels: { who: "you", tier: "web" } } });
    expect((body["Config"] as unknown as { Labels: object }).Labels).not.toHaveProperty("second");
    expect(await preview({ tags: [`${host.prefix}app:latest`] }, { ...build, target: undefined })).toBe(
      "update",
    );
    expect(await up({ tags: [`${host.prefix}app:new`] }, build)).toBe("update");
    expect(await idOf(`${host.prefix}app:latest`)).toBeUndefined();
    expect(await idOf(`${host.prefix}app:new`)).toBe(out()["imageId"]);
    await host.stack.destroy("app");
    expect(await idOf(`${host.prefix}app:new`)).toBeUndefined();
    expect(await idOf(name)).toBeUndefined();
  });

  test("fails with the last lines of the build and no value of an argument, and is not in the state", async () => {
    await write("Dockerfile", `FROM ${testImage}\nARG PW\nRUN echo before $PW && cat /none\n`);
    const failing = up({}, { args: { PW: "correct-horse-9" } });
    await expect(failing).rejects.toThrow(/building .*returned a non-zero code: 1.*No such file/s);
    await expect(failing).rejects.toThrow(/^(?!.*correct-horse-9)/s);
    expect(host.stack.has("app")).toBe(false);
    await expect(up({}, { context: join(context, "none") })).rejects.toThrow(/there is no folder/);
    await expect(up({}, { dockerfile: "None" })).rejects.toThrow(/there is no "None" in the folder/);
    await expect(up({ name: `${name}@sha256:${"0".repeat(64)}` })).rejects.toThrow(/gets a name with a tag/);
  });

  test("is built again when it was removed by hand, or another image has its name", async () => {
    await up();
    const { imageId } = out();
    await tag(otherTestImage, `${host.prefix}app`, "1");
    expect(await host.stack.refresh("app")).toBe(true);
    await host.heard("app", /is another image now.*builds it again/);
    expect(await preview()).toBe("update");
    await up();
    expect(await idOf(name)).toBe(imageId);
    await engineApi("DELETE", `/images/${name}?force=1`);
    expect(await host.stack.refresh("app")).toBe(false);
    expect(await up()).toBe("create");
    await tag(otherTestImage, `${host.prefix}app`, "1");
    await host.stack.destroy("app");
    await host.heard("app", /is another image now: it stays/);
    expect(await idOf(name)).toBe(await idOf(otherTestImage));
  });

  test("is there before the old one goes when its name changes, and is declared once", async () => {
    await up();
    await expect(host.stack.up("Image", "again", args())).rejects.toThrow(/is "app" in this stack already/);
    const next = { name: `${host.prefix}app:2` };
    expect(await host.stack.up("Image", "app", args(next), { createFirst: true })).toBe("replace");
    expect(await idOf(name)).toBeUndefined();
    expect(await idOf(`${host.prefix}app:2`)).toBe(out()["imageId"]);
  });

  test.each([
    ["was there before", { before: true }, true],
    ["was there before, and goes when told so", { before: true, keepLocally: false }, false],
    ["was not there before", { before: false }, false],
    ["was not there before, and stays when told so", { before: false, keepLocally: true }, true],
  ])("of a name that %s", async (_what, { before, ...more }, stays) => {
    if (before) await tag(testImage, `${host.prefix}app`, "1");
    await up(more);
    await host.stack.destroy("app");
    expect((await idOf(name)) !== undefined).toBe(stays);
  });
});

onEngine(
  "an image of a registry",
  (host) => {
    const user = { username: "robot", password: "s3cret-of-the-registry" };
    let registry: Registry;
    let registryId: number;
    let name: string;
    const up = (more: object = {}) =>
      host.stack.up("Image", "app", { endpointId: 1, name, registryId, ...more });
    const preview = (more: object = {}) =>
      host.stack.preview("Image", "app", { endpointId: 1, name, registryId, ...more });
    const out = () => host.stack.outputs("app") as Record<string, string>;

    beforeAll(async () => {
      registry = await startRegistry(user);
      name = registry.name("app:1");
      const { url, username, password } = host.server;
      await using client = createClient({
        url,
        credentials: { username: String(username), password: String(password) },
      });
      const URL = registry.name("").slice(0, -1);
      const body = { Name: "ours", Type: 3, URL, Authentication: true };
      const { username: Username, password: Password } = user;
      registryId = (await client.registries.create({ body: { ...body, Username, Password } })).Id;
    });
    beforeEach(async () => {
      await registry.push(testImage, name);
    });
    afterEach(async () => {
      for (const one of ["app:1", "app:2", "mirror:1"]) await untag(registry.name(one));
    });
    afterAll(async () => {
      await registry[Symbol.asyncDispose]();
    });

    test("is pulled with three requests, read with one, and removed with two; nothing is asked in between", async () => {
      const since = host.server.requests().length;
      expect(await up()).toBe("create");
      expect(await up()).toBe("same");
      await host.stack.refresh("app");
      expect(await preview()).toBe("same");
      const digest = out()["digest"];
      expect(out()).toMatchObject({
        imageId: await idOf(testImage),
        repoDigest: `${registry.name("app")}@${digest}`,
        reference: `${name}@${digest}`,
        wasThere: false,
      });
      await host.stack.destroy("app");
      expect(await idOf(name)).toBeUndefined();
      expect(calls(host.server.requests().slice(since))).toEqual([
        `GET /images/${name}/json`,
        "POST /images/create",
        `GET /images/${name}/json`,
        `GET /images/${name}/json`,
        `GET /images/${name}/json`,
        `DELETE /images/${name}`,
      ]);
    });

    test("of one digest is that one, and a container runs it by its reference", async () => {
      await up();
      const imageDigest = String(out()["digest"]);
      await host.stack.destroy("app");
      await registry.push(otherTestImage, name);
      await up({ imageDigest });
      expect(out()).toMatchObject({ imageId: await idOf(testImage), digest: imageDigest });
      const web = { ...host.base, image: out()["reference"] };
      await host.stack.up("Container", "web", web);
      expect((await inspect(host.base.name))?.Config["Image"]).toBe(`${name}@${imageDigest}`);
      await host.stack.refresh("web");
      expect(await host.stack.preview("Container", "web", web)).toBe("same");
      expect(await up({})).toBe("update");
      expect(out()["imageId"]).toBe(await idOf(otherTestImage));
    });

    test("that is not there is an error with the text of the stream, and in no state", async () => {
      await expect(up({ name: registry.name("app:none") })).rejects.toThrow(/manifest.*unknown|not found/);
      await expect(up({ registryId: undefined })).rejects.toThrow(
        /no basic auth credentials|authorization failed|unauthorized/,
      );
      expect(host.stack.has("app")).toBe(false);
    });

    test("is pulled again by a trigger, and the tag that was moved by hand is said", async () => {
      await up({ triggers: { day: "1" } });
      await tag(otherTestImage, registry.name("app"), "1");
      await host.stack.refresh("app");
      await host.heard("app", /is another image now/);
      expect(out()["imageId"]).toBe(await idOf(otherTestImage));
      expect(await up({ triggers: { day: "2" } })).toBe("update");
      expect(out()["imageId"]).toBe(await idOf(testImage));
    });

    test("is pushed under other names, as a mirror", async () => {
      const mirror = registry.name("mirror:1");
      await up({ tags: [mirror], push: true });
      await untag(mirror);
      await host.stack.up("Image", "copy", { endpointId: 1, name: mirror, registryId });
      expect(host.stack.outputs("copy")["imageId"]).toBe(await idOf(testImage));
      await expect(up({ push: true })).rejects.toThrow(/pushed under its `tags`/);
    });

    test("is built and pushed, and a push that fails is made up for by the next `up`", async () => {
      const context = await mkdtemp(join(tmpdir(), "image-"));
      await writeFile(join(context, "Dockerfile"), `FROM ${testImage}\nLABEL pushed=1\n`);
      const built = { name: registry.name("app:2"), build: { context }, push: true };
      await expect(up({ ...built, registryId: undefined })).rejects.toThrow(
        /pushing .*app:2: .*A private registry needs `registryId`/s,
      );
      expect(host.stack.entry("app").initErrors).toHaveLength(1);
      await host.stack.refresh("app");
      expect(await preview(built)).toBe("update");
      await up(built);
      const { digest, reference } = out();
      expect(reference).toBe(`${registry.name("app:2")}@${digest}`);
      expect(await preview(built)).toBe("same");
      await host.stack.refresh("app");
      expect(await preview(built)).toBe("same");
      await host.stack.destroy("app");
      await up({ name: registry.name("app:2") });
      expect(out()["digest"]).toBe(digest);
      await rm(context, { recursive: true });
    });

    test("can be looked up by environment and name", async () => {
      await up();
      expect(await host.stack.get("Image", "there", `1/${name}`)).toMatchObject({
        name,
        imageId: await idOf(testImage),
        wasThere: true,
      });
      await expect(host.stack.get("Image", "none", "1/none:1")).rejects.toThrow("there is no Image");
      await expect(host.stack.get("Image", "none", "1/No:1")).rejects.toThrow(/is not the id of an image/);
    });
  },
  registryOrSkip(),
);
