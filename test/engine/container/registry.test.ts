import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { createClient } from "../../../client";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, makeAnew } from "../../support/engine-api";
import { loadForeignImage } from "../../support/foreign-image";
import { otherTestImage, registryOrSkip, testImage } from "../../support/needs";
import { type Registry, startRegistry } from "../../support/registry";
import { isSecret } from "../../support/secrets";

const onEngineWithRegistry = (title: string, tests: Parameters<typeof onEngine>[1]) =>
  onEngine(title, tests, registryOrSkip());

let registry: Registry;
onEngineWithRegistry("an image of a registry", (host) => {
  beforeEach(async () => {
    registry = await startRegistry();
  });
  afterEach(async () => {
    await removeImages(registry.name(""));
    await registry[Symbol.asyncDispose]();
  });

  async function removeImages(start: string): Promise<void> {
    const { body } = await engineApi("GET", "/images/json");
    const images = body as unknown as { RepoTags: string[] | null; RepoDigests: string[] | null }[];
    const names = images.flatMap(({ RepoTags, RepoDigests }) => [
      ...(RepoTags ?? []),
      ...(RepoDigests ?? []),
    ]);
    for (const name of names) {
      if (name.startsWith(start)) await engineApi("DELETE", `/images/${name}?noprune=1`);
    }
  }

  const up = (args: object) => host.stack.up("Container", "web", { ...host.base, ...args });
  const preview = (args: object) => host.stack.preview("Container", "web", { ...host.base, ...args });
  const digestOf = async (image: string) =>
    String((await host.stack.get("RemoteImage", "remote", `1/${image}`))["digest"]);
  const has = async (image: string) => (await engineApi("GET", `/images/${image}/json`)).status === 200;
  const idOf = async (image: string) => (await engineApi("GET", `/images/${image}/json`)).body["Id"];

  test("shows a tag that has moved in the preview, by its digest, and rolls it out", async () => {
    const image = registry.name("app:1");
    await registry.push(testImage, image);
    const first = await digestOf(image);
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    await up({ image, imageDigest: first });
    expect(host.stack.outputs("web")).toMatchObject({
      imageId: await idOf(testImage),
      repoDigest: `${registry.name("app")}@${first}`,
      restartCount: 0,
    });
    await host.stack.refresh("web");
    expect(host.stack.entry("web").inputs).toMatchObject({ image, imageDigest: first });
    expect(await preview({ image, imageDigest: await digestOf(image) })).toBe("same");

    await registry.push(otherTestImage, image);
    const second = await digestOf(image);
    expect(second).not.toBe(first);
    expect(await preview({ image, imageDigest: second })).toBe("update");
    await host.heard("web", /recreated by a roll-out, because of: imageDigest/);
    const before = (await inspect(host.base.name)) ?? {};
    await up({ image, imageDigest: second });
    expect(host.stack.outputs("web")).toMatchObject({
      imageId: await idOf(otherTestImage),
      repoDigest: `${registry.name("app")}@${second}`,
    });

    await makeAnew(host.base.name, before);
    await host.stack.refresh("web");
    expect(host.stack.entry("web").inputs["imageDigest"]).toBe(first);
    await up({ image, imageDigest: second });
    expect((await inspect(host.base.name))?.Config["Image"]).toBe(`${image}@${second}`);

    await up({ image });
    expect((await inspect(host.base.name))?.Config["Image"]).toBe(image);
    await host.stack.refresh("web");
    expect(await preview({ image })).toBe("same");
  });

  test("§9.9 that is not there: nothing is created, and the error has the text of the stream", async () => {
    await registry.push(testImage, registry.name("app:1"));
    await expect(up({ image: registry.name("app:2") })).rejects.toThrow(/manifest.*unknown|not found/);
    expect(host.stack.has("web")).toBe(false);
    expect(await inspect(host.base.name)).toBeUndefined();
  });

  test("§9.10 without a tag is the latest one, and no other is pulled", async () => {
    await registry.push(testImage, registry.name("app:latest"));
    await registry.push(otherTestImage, registry.name("app:other"));
    await up({ image: registry.name("app") });
    expect(await has(registry.name("app:latest"))).toBe(true);
    expect(await has(registry.name("app:other"))).toBe(false);
  });

  test("is pulled when it is missing, always when a container is made, or never, as `pull` says", async () => {
    const image = registry.name("app:1");
    await registry.push(testImage, image);
    await expect(up({ image, pull: "never" })).rejects.toThrow(/No such image/);
    await up({ image });
    await registry.push(otherTestImage, image);
    await engineApi("POST", `/images/${testImage}/tag?repo=${registry.name("app")}&tag=1`);

    await up({ image, env: { V: "2" } });
    expect(host.stack.outputs("web")["imageId"]).toBe(await idOf(testImage));
    await up({ image, env: { V: "2" }, pull: "always" });
    expect(host.stack.outputs("web")["imageId"]).toBe(await idOf(testImage));
    await up({ image, env: { V: "3" }, pull: "always" });
    expect(host.stack.outputs("web")["imageId"]).toBe(await idOf(otherTestImage));
  });

  test("that cannot be looked up is an error with its name, and no reason to fail a refresh", async () => {
    const image = registry.name("app:1");
    await expect(digestOf(image)).rejects.toThrow(`asking the registry of ${image}`);
    await registry.push(testImage, image);
    const state = await host.stack.get("RemoteImage", "remote", `1/${image}`);
    await registry.stop();
    const kept = await host.stack.plugin.read(`1/${image}`, {
      ...host.stack.handedOver("RemoteImage", "remote", {}),
      ...state,
    });
    expect(kept.outputs["digest"]).toBe(state["digest"]);
  });
});

onEngineWithRegistry("an image of a private registry", (host) => {
  const user = { username: "robot", password: "s3cret-of-the-registry" };
  let image: string;
  let registryId: number;

  beforeAll(async () => {
    registry = await startRegistry(user);
    image = registry.name("app:1");
    await registry.push(testImage, image);
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
  afterEach(async () => {
    await engineApi("DELETE", `/images/${image}?noprune=1`);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  const up = (args: object) => host.stack.up("Container", "web", { ...host.base, image, ...args });
  const lookUp = (args: Record<string, unknown>) =>
    host.stack.get("RemoteImage", "remote", `1/${image}`, args);

  test("is pulled with the credentials of one of Portainer's registries, and not without", async () => {
    await expect(up({})).rejects.toThrow(/no basic auth credentials|authorization failed|unauthorized/);
    expect(host.stack.has("web")).toBe(false);
    await up({ registryId });
    expect((await inspect(host.base.name))?.Config["Image"]).toBe(image);
    await host.stack.refresh("web");
    expect(await host.stack.preview("Container", "web", { ...host.base, image, registryId })).toBe("same");
  });

  test("is looked up with the credentials of one of Portainer's registries, or with its own", async () => {
    const { digest } = await lookUp({ credentials: user });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await lookUp({ registryId }))["digest"]).toBe(digest);
  });

  test("is looked up again at a refresh, as before", async () => {
    const state = await lookUp({ credentials: user });
    const { outputs } = await host.stack.plugin.read(`1/${image}`, state);
    expect(outputs["digest"]).toBe(state["digest"]);
    expect(isSecret(outputs["credentials"])).toBe(true);
  });

  test("is not looked up without credentials, nor with wrong ones, and the error holds no password", async () => {
    await expect(lookUp({})).rejects.toThrow(`asking the registry of ${image}`);
    await expect(lookUp({ registryId: 99 })).rejects.toThrow("give `credentials` instead");
    const refused = lookUp({ credentials: { ...user, password: "wrong-but-s3cret" } });
    await expect(refused).rejects.toThrow(/^(?!.*wrong-but-s3cret).*asking the registry/s);
  });
});

onEngineWithRegistry("an image of another platform", (host) => {
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  test("is said to be that, before it fails to run", async () => {
    const [foreign, image] = [`${host.prefix}foreign:1`, registry.name("app:1")];
    await loadForeignImage(foreign, "s390x");
    await registry.push(foreign, image);
    await engineApi("DELETE", `/images/${foreign}?noprune=1`);
    expect((await host.stack.get("RemoteImage", "remote", `1/${image}`))["platforms"]).toEqual([
      "linux/s390x",
    ]);
    await host.stack.up("Container", "web", { ...host.base, image, desiredState: "created" });
    await host.heard("web", /platform \(linux\/s390x\) does not match the detected host platform/);
    await expect(
      host.stack.up("Container", "other", {
        ...host.base,
        image,
        name: `${host.prefix}other`,
        platform: "linux/mips64le",
      }),
    ).rejects.toThrow(/linux\/mips64le/);
  });
});
