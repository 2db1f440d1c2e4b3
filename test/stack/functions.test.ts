import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { PASSWORD } from "../support/host";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** Looks up what nobody manages, what the program creates, and both with a Provider whose settings are outputs. */
const PROGRAM = `
  const provider = new portainer.Provider("own", {
    url: pulumi.output(process.env.PORTAINER_URL),
    username: "admin",
    password: pulumi.secret(process.env.ADMIN_PASSWORD),
    endpointId: 1,
  });
  const volume = new portainer.Volume("data", { name: named("data") });
  exports.status = portainer.getStatus();
  exports.local = portainer.getEndpoint({ id: 1 }).then(({ type }) => type);
  exports.volume = portainer.getVolumeOutput({ name: volume.name }, { dependsOn: volume }).driver;
  exports.network = portainer.getNetworkOutput({ name: "bridge" }, { provider }).driver;
  const job = new portainer.Container("job", {
    image, name: named("job"), command: ["sh", "-c", "echo migrated"], waitFor: "exited",
  });
  exports.log = portainer.getLogsOutput({ name: job.name }, { dependsOn: job }).logs;
`;

stackOrSkip()("functions of a program", () => {
  let site: Site;

  beforeAll(async () => {
    process.env["ADMIN_PASSWORD"] = PASSWORD;
    site = await openSite(PROGRAM);
  });
  afterAll(async () => {
    delete process.env["ADMIN_PASSWORD"];
    await site[Symbol.asyncDispose]();
  });

  it("answer in the `up` that creates what they look up", async () => {
    must(await site.stack.up({ preview: true }));
    expect(await site.stack.outputs()).toEqual({
      status: { version: expect.stringMatching(/^2\./), instanceId: expect.any(String) },
      local: "docker",
      volume: "local",
      network: "bridge",
      log: "migrated",
    });
  });

  it("make no change, and keep the password out of the state", async () => {
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    expect(JSON.stringify(await site.stack.state())).not.toContain(PASSWORD);
  });

  it("end the program with one line when there is nothing", async () => {
    await site.write('portainer.getTag({ name: "none" }).then((tag) => (exports.tag = tag));');
    const { code, output } = await site.stack.preview();
    expect(code).not.toBe(0);
    expect(output).toMatch(/getTag: there is no tag "none" on http/);
    expect(output).not.toMatch(/at runFunction/);
    await site.write(PROGRAM);
  });
});
