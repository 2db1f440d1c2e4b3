import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
import { registryOrSkip, testImage } from "../support/needs";
import { type Registry, startRegistry } from "../support/registry";
import { openSite, type Site } from "../support/site";
import { must, otherImage, stackOrSkip } from "../support/stack";

const suite = process.env["TEST_PULUMI"] ? registryOrSkip() : stackOrSkip();

suite("an image whose tag moves", () => {
  let site: Site;
  let registry: Registry;
  let image: string;

  beforeAll(async () => {
    registry = await startRegistry();
    image = registry.name("app:1");
    await registry.push(testImage, image);
    site = await openSite(`
      const remote = portainer.getRemoteImage({ image: "${image}", endpointId: 1 });
      const again = portainer.getRemoteImage({ image: "${image}" });
      const web = new portainer.Container("web", {
        ...sleeper, name: named("web"), image: "${image}", imageDigest: remote.digest,
      });
      exports.digest = again.digest;
      exports.repoDigest = web.repoDigest;
    `);
    must(await site.stack.up({ preview: true }));
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    for (const name of digests) await engineApi("DELETE", `/images/${name}?noprune=1`);
    await registry[Symbol.asyncDispose]();
  });

  const digests: string[] = [];
  const digestNow = async (): Promise<string> => {
    const { digest, repoDigest } = (await site.stack.outputs()) as Record<string, string>;
    digests.push(String(repoDigest));
    expect(repoDigest).toBe(`${registry.name("app")}@${digest}`);
    return String(digest);
  };

  it("is run by its digest, and is no difference while the tag stays", async () => {
    expect((await inspect(`${site.prefix}web`))?.Config["Image"]).toBe(`${image}@${await digestNow()}`);
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
  });

  it("shows both digests in the preview when the tag has moved, and `up` runs the new one", async () => {
    const before = await digestNow();
    await registry.push(otherImage, image);
    const preview = must(await site.stack.preview({ args: ["--diff"] }));
    expect(preview.output).toMatch(new RegExp(`imageDigest *: "${before}" => "sha256:[0-9a-f]{64}"`));
    expect(preview.output).not.toMatch(/^\s*[-+] /m);
    expect(preview.output).toContain("because of: imageDigest");
    must(await site.stack.up());
    const after = await digestNow();
    expect(after).not.toBe(before);
    expect((await inspect(`${site.prefix}web`))?.Config["Image"]).toBe(`${image}@${after}`);
  });

  it("asks nothing more at destroy, and leaves nothing behind", async () => {
    must(await site.stack.destroy());
    expect(await inspect(`${site.prefix}web`)).toBeUndefined();
    expect((await site.stack.state()).resources.filter(({ type }) => type.includes("dynamic"))).toEqual([]);
  });
});

suite("an image of a private registry", () => {
  it("is looked up with credentials that stand nowhere in clear, and refreshed with them", async () => {
    const user = { username: "robot", password: "s3cret-of-the-registry" };
    await using registry = await startRegistry(user);
    const image = registry.name("app:1");
    await registry.push(testImage, image);
    await using site = await openSite(`
      const credentials = { username: "robot", password: config.requireSecret("password") };
      exports.digest = portainer.getRemoteImage({ image: "${image}", credentials }).digest;
    `);
    await site.stack.setConfig({}, { "program:password": user.password });
    const { output } = must(await site.stack.up({ preview: true }));
    const { digest } = await site.stack.outputs();
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    for (const text of [output, await site.stack.stateFile()]) expect(text).not.toContain(user.password);
  });
});
