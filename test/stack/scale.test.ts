import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createClient } from "../../client";
import { namesLike } from "../support/engine-api";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const COUNT = 100;
const PARALLEL = 8;

/** A client of ours has 8 connections at most, and each phase of a command is a process of its own. */
const MOST_SOCKETS = 16;
/** What Pulumi may add to the time of the calls. */
const MOST_TIMES = 3;

stackOrSkip()(`§9.32 ${COUNT} containers in one program`, () => {
  let site: Site;
  let sockets = 0;
  let upTook = 0;
  const countSocket = () => {
    sockets += 1;
  };

  beforeAll(async () => {
    subscribe("net.server.socket", countSocket);
    site = await openSite(`
for (let number = 0; number < ${COUNT}; number += 1) {
  new portainer.Container("c" + number, { ...sleeper, name: named("c" + number), networkMode: "none" });
}`);
  });

  afterAll(async () => {
    unsubscribe("net.server.socket", countSocket);
    await site[Symbol.asyncDispose]();
  });

  /** Runs an operation and tells its requests: those for one container, and those for all together. */
  const counted = async (title: string, work: () => Promise<unknown>) => {
    const start = Date.now();
    sockets = 0;
    const requests = await site.requestsOf(work);
    expect(sockets).toBeLessThanOrEqual(MOST_SOCKETS);
    const common = requests.filter((request) =>
      /\/(status|version|info|containers\/json)$/.test(request.replace(/\?.*/, "")),
    );
    const each = requests.length - common.length;
    const took = Date.now() - start;
    process.stdout.write(
      `${title}: ${each} requests for ${COUNT} containers, ${common.length} besides, ${sockets} connections, ${took} ms\n`,
    );
    return { each, common: common.length, took };
  };

  it("creates each with at most 4 requests", async () => {
    const { each, common, took } = await counted("up", async () => must(await site.stack.up()));
    expect(await namesLike(site.prefix)).toHaveLength(COUNT);
    expect(each).toBeLessThanOrEqual(4 * COUNT);
    expect(common).toBeLessThanOrEqual(4);
    upTook = took;
  });

  it("asks nothing for those that have not changed", async () => {
    const { each, common } = await counted("up again", async () => {
      expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    });
    expect(each + common).toBe(0);
  });

  it("reads each with 1 request", async () => {
    const { each, common } = await counted("refresh", async () => {
      expect(Object.keys(must(await site.stack.refresh()).changes)).toEqual(["same"]);
    });
    expect(each).toBeLessThanOrEqual(COUNT);
    expect(common).toBeLessThanOrEqual(4);
  });

  it("removes each with at most 2 requests", async () => {
    const { each, common } = await counted("destroy", async () => must(await site.stack.destroy()));
    expect(await namesLike(site.prefix)).toEqual([]);
    expect(each).toBeLessThanOrEqual(2 * COUNT);
    expect(common).toBeLessThanOrEqual(4);
  });

  it("takes about as long as a plain script with the same calls", async () => {
    const { url, apiKey = "" } = site.server;
    const client = createClient({ url, credentials: { apiKey }, concurrency: PARALLEL });
    const { containers } = client.docker(1);
    const body = {
      Image: testImage,
      Cmd: ["sleep", "1000"],
      StopSignal: "SIGKILL",
      HostConfig: { NetworkMode: "none" },
    };
    const names = Array.from({ length: COUNT }, (_, number) => `${site.prefix}plain${number}`);
    const ids: string[] = [];
    const { took } = await counted("plain script, create", async () => {
      await Promise.all(
        names.map(async (name) => {
          const { Id } = await containers.create({ query: { name }, body });
          await containers.start({ params: { id: Id } });
          await containers.inspect({ params: { id: Id } });
          ids.push(Id);
        }),
      );
    });
    await counted("plain script, remove", async () => {
      await Promise.all(
        ids.map(async (id) => {
          await containers.stop({ params: { id } });
          await containers.delete({ params: { id }, query: {} });
        }),
      );
    });
    await client.close();
    expect(upTook).toBeLessThan(MOST_TIMES * took);
    expect(await namesLike(site.prefix)).toEqual([]);
  });
});
