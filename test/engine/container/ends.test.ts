import { expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, namesLike } from "../../support/engine-api";
import type { Properties } from "../../support/grpc";
import { eventually } from "../../support/processes";

onEngine("a process that ends", (host) => {
  const up = (args: Properties) => host.stack.up("Container", "web", { ...host.base, ...args });
  const preview = (args: Properties) => host.stack.preview("Container", "web", { ...host.base, ...args });
  const ends = (exitCode: number) => ({ command: ["sh", "-c", `echo last words; exit ${exitCode}`] });
  const said = () =>
    host.pulumi.messages
      .filter(({ ephemeral }) => !ephemeral)
      .map(({ text }) => text)
      .join("\n");

  const rules = [
    { restart: "no", exitCode: 0, fails: false },
    { restart: "no", exitCode: 9, fails: true },
    { restart: "on-failure", exitCode: 0, fails: false },
    { restart: "on-failure:3", exitCode: 9, fails: true },
    { restart: "unless-stopped", exitCode: 9, fails: true },
    { restart: "always", exitCode: 9, fails: true },
  ];

  test.each(rules)(
    "at once with $exitCode under restart $restart: create, roll-out and start in place judge alike (fails: $fails)",
    async ({ restart, exitCode, fails }) => {
      const judged = async (work: Promise<unknown>) => {
        const failure = await work.then(() => "", String);
        if (fails) expect(failure).toMatch(new RegExp(`exit code ${exitCode}[\\s\\S]*last words`));
        else expect(failure).toBe("");
      };
      const args = { ...ends(exitCode), restart };
      await judged(up(args));
      await host.stack.destroy("web");
      await up({ restart });
      await judged(up(args));
      await host.stack.destroy("web");
      await up({ ...args, desiredState: "created" });
      await judged(up(args));
    },
    120_000,
  );

  test("with autoRemove, at once, is done when it ends well, and a failure when not", async () => {
    const job = { autoRemove: true };
    await up({ ...job, ...ends(0) });
    expect(host.stack.outputs("web")).toMatchObject({ status: "removed", exitCode: 0 });
    expect(await preview({ ...job, ...ends(0) })).toBe("same");
    await host.stack.destroy("web");

    await expect(up({ ...job, ...ends(9) })).rejects.toThrow(/exit code 9, and autoRemove has removed it/);
    expect(host.stack.has("web")).toBe(false);
    expect(await namesLike(host.base.name)).toEqual([]);
  });

  test("and is removed by autoRemove is said at the refresh to run again", async () => {
    await up({ autoRemove: true, ...ends(0) });
    expect(await host.stack.refresh("web")).toBe(false);
    expect(said()).toMatch(
      /has ended and is gone, because of autoRemove: the next `up` creates and runs it again/,
    );
    expect(await up({ autoRemove: true, ...ends(0) })).toBe("create");
  });

  test("over and over is warned of at the refresh, and is no difference", async () => {
    const args = { command: ["sh", "-c", "sleep 2; exit 7"], restart: "always" };
    await up(args);
    await eventually(
      async () => ((await inspect(host.base.name)) as { RestartCount?: number }).RestartCount !== 0,
    );
    await host.stack.refresh("web");
    expect(said()).toMatch(/crashes: its restart policy has started it .* since the last refresh/);
    expect(await preview(args)).toBe("same");
  });

  test("or does not, but is unhealthy, is warned of at the refresh, and is no difference", async () => {
    const args = { healthcheck: { test: "exit 1", interval: "1s", retries: 1 } };
    await up(args);
    await eventually(async () =>
      /"unhealthy"/.test((await engineApi("GET", `/containers/${host.base.name}/json`)).text),
    );
    await host.stack.refresh("web");
    expect(said()).toMatch(/is unhealthy/);
    expect(await preview(args)).toBe("same");
  });

  test("leaves its volumes without a name at destroy, and says which", async () => {
    await up({ volumes: [{ target: "/data" }] });
    const [volume] = Object.values(host.stack.outputs("web")["anonymousVolumes"] as Record<string, string>);
    await host.stack.destroy("web");
    expect(said()).toContain(`${volume} (/data)`);
    expect((await engineApi("GET", `/volumes/${volume}`)).status).toBe(200);
    await engineApi("DELETE", `/volumes/${volume}`);

    await up({ volumes: [{ target: "/data" }], removeVolumes: true });
    const [second] = Object.values(host.stack.outputs("web")["anonymousVolumes"] as Record<string, string>);
    host.pulumi.forget();
    await host.stack.destroy("web");
    expect(said()).toBe("");
    expect((await engineApi("GET", `/volumes/${second}`)).status).toBe(404);
  });

  test("and fails its up is called by its name, not by an id of 64 digits", async () => {
    const failures = [
      await up({ command: ["no-such-program"] }).then(() => "", String),
      await up({ command: ["no-such-program"], env: { A: "1" } }).then(() => "", String),
    ];
    for (const failure of failures) {
      expect(failure).toContain(`/containers/${host.base.name}`);
      expect(failure).not.toMatch(/[0-9a-f]{64}/);
    }
  });

  test("shows no progress beside what is finished", async () => {
    await up({ env: { V: "1" } });
    host.pulumi.forget();
    await up({ env: { V: "2" } });
    await host.heard("web", /removing the old container/);
    await host.heard("web", /^done$/);
    expect(host.pulumi.messages.at(-1)).toMatchObject({ text: "done", ephemeral: true });
  });
});
