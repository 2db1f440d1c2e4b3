import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import { type Api, apiOf } from "./api";
import { type Host, type HostOptions, PASSWORD, startHost } from "./host";

export const ADMIN = { username: "admin", password: PASSWORD } as const;

/** A host for the tests of a file, each with an empty server, an empty state and a provider's process of its own. */
export interface FreshHost extends Host {
  readonly api: Api;
  /** What was asked while the work was done, as `GET /tags/1`, without what a process asks once. */
  asked(work: () => Promise<unknown>): Promise<string[]>;
}

/** What a process asks once: the login, who the server is, and what its engine speaks. */
const ONCE = /\/api\/auth$|\/system\/status$|\/docker\/version$/;

/**
 * `api` and `asked` may be taken out at once; the rest is filled in before the first test. Within a process the provider
 * remembers who has what, and an empty server uses the same numbers again: hence one process for each test.
 */
export function freshHost(options: HostOptions = {}): FreshHost {
  const host = {
    api: apiOf(() => host.server),
    async asked(work) {
      const before = host.server.requests().length;
      await work();
      return host.server
        .requests()
        .slice(before)
        .filter(({ path }) => !ONCE.test(path))
        .map(({ method, path }) => `${method} ${path.replace("/api", "").replace(/\/v1\.\d+/, "")}`);
    },
  } as FreshHost;
  let run: AsyncDisposable | undefined;
  beforeAll(async () => {
    Object.assign(host, await startHost(options));
  }, 60_000);
  beforeEach(async () => {
    await run?.[Symbol.asyncDispose]();
    await host.reset();
    run = await host.switchTo(ADMIN);
  });
  afterAll(async () => {
    await run?.[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });
  return host;
}
