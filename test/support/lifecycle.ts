import { expect, test } from "@jest/globals";
import type { Properties } from "./grpc";
import type { Host } from "./host";
import type { Step } from "./mini-stack";

/** A resource's life, as every resource must live it. */
export interface Life {
  readonly type: string;
  /** Makes what the object needs to be there first. */
  readonly prepare?: () => Promise<unknown>;
  readonly create: Properties;
  /** Properties that are changed in place. */
  readonly change?: Properties;
  /** Properties whose change needs another object. */
  readonly replaces?: Properties;
  /** Changes the object outside of Pulumi; the next `up` puts that right. */
  readonly drift?: (id: string) => Promise<unknown>;
  /** Removes the object outside of Pulumi. Without it nothing can remove it, Pulumi included. */
  readonly remove?: (id: string) => Promise<unknown>;
  /** Whether a replacement is there before the old object is gone. @default false */
  readonly createFirst?: boolean;
  /** Whether a destroy removes the object. @default whether `remove` is there */
  readonly isDestroyed?: boolean;
  /** Where a lost answer leaves open whether the object was created. */
  readonly lost?: { readonly method: string; readonly path: RegExp };
  /** How many such objects there are. */
  readonly count?: () => Promise<number>;
  /** What a preview says after an import by the id; or the refusal of one. */
  readonly imported?: Step | RegExp;
  /** The same through the plugin, whose imports leave out what no program says. @default `imported` */
  readonly importedByPlugin?: Step;
  /** The requests of each operation, ids as `ID`. Operations that are left out are not counted. */
  readonly requests?: {
    readonly create?: readonly string[];
    readonly refresh?: readonly string[];
    readonly change?: readonly string[];
    readonly destroy?: readonly string[];
  };
}

/** Tests a life from `up` to `destroy`. */
export function lifecycle(host: () => Host, life: () => Life): void {
  const start = async () => {
    const { type, create, prepare } = life();
    await prepare?.();
    expect(await host().stack.up(type, "it", create)).toBe("create");
    return { ...life(), stack: host().stack };
  };

  test("is made, is the same later without a request, and is destroyed twice", async () => {
    const { stack, type, create } = await start();
    const asked = host().server.requests().length;
    expect(await stack.preview(type, "it", create)).toBe("same");
    expect(await stack.up(type, "it", create)).toBe("same");
    expect(host().server.requests()).toHaveLength(asked);
    const entry = stack.entry("it");
    await stack.destroy("it");
    stack.remember("it", entry);
    await stack.destroy("it");
  });

  test("is the same after a refresh, which writes nothing", async () => {
    const { stack, type, create } = await start();
    const since = host().server.requests().length;
    expect(await stack.refresh("it")).toBe(true);
    const asked = host().server.requests().slice(since);
    expect(asked.filter(({ method, path }) => method !== "GET" && path !== "/api/auth")).toEqual([]);
    expect(await stack.up(type, "it", create)).toBe("same");
  });

  test("is changed in place, there and back", async () => {
    const { stack, type, create, change } = await start();
    if (!change) return;
    const { id } = stack.entry("it");
    expect(await stack.preview(type, "it", { ...create, ...change })).toBe("update");
    expect(await stack.up(type, "it", { ...create, ...change })).toBe("update");
    expect(await stack.up(type, "it", { ...create, ...change })).toBe("same");
    expect(await stack.refresh("it")).toBe(true);
    expect(await stack.up(type, "it", { ...create, ...change })).toBe("same");
    expect(await stack.up(type, "it", create)).toBe("update");
    expect(stack.entry("it").id).toBe(id);
  });

  test("is replaced where that must be", async () => {
    const { stack, type, create, replaces, createFirst = false } = await start();
    if (!replaces) return;
    const { id } = stack.entry("it");
    expect(await stack.up(type, "it", { ...create, ...replaces }, { createFirst })).toBe("replace");
    expect(stack.entry("it").id).not.toBe(id);
    expect(await stack.up(type, "it", { ...create, ...replaces })).toBe("same");
  });

  test("is put right when it was changed outside", async () => {
    const { stack, type, create, drift } = await start();
    if (!drift) return;
    await drift(stack.entry("it").id);
    await stack.refresh("it");
    expect(await stack.up(type, "it", create)).toBe("update");
    await stack.refresh("it");
    expect(await stack.up(type, "it", create)).toBe("same");
  });

  test("is made anew when it was removed outside", async () => {
    const { stack, type, create, remove } = await start();
    if (!remove) return;
    await remove(stack.entry("it").id);
    expect(await stack.refresh("it")).toBe(false);
    expect(await stack.up(type, "it", create)).toBe("create");
  });

  test("is there once when the answer to its creation was lost", async () => {
    const { type, create, prepare, lost, count } = life();
    if (!lost) return;
    await prepare?.();
    const { stack, server } = host();
    server.fail({ ...lost, times: 1, with: "reset-after" });
    expect(await stack.up(type, "it", create)).toBe("create");
    if (count) expect(await count()).toBe(1);
    expect(await stack.refresh("it")).toBe(true);
    expect(await stack.up(type, "it", create)).toBe("same");
  });

  test("is imported by its id, or says why not", async () => {
    const { stack, type, create, imported, importedByPlugin = imported } = await start();
    if (imported === undefined) return;
    const { id } = stack.entry("it");
    stack.forget();
    const importing = stack.import(type, "it", id);
    if (typeof imported !== "string") {
      await expect(importing).rejects.toThrow(imported);
      return;
    }
    await importing;
    expect(await stack.preview(type, "it", create)).toBe(
      host().door === "plugin" ? importedByPlugin : imported,
    );
  });

  test("costs no more requests than it needs", async () => {
    const { stack, type, create, change, requests } = await start();
    if (!requests) return;
    // What a process asks once, such as who the server is, has been asked.
    await stack.destroy("it");
    const counted = async (work: () => Promise<unknown>) => {
      const since = host().server.requests().length;
      await work();
      const asked = host().server.requests().slice(since);
      return asked.map(({ method, path }) => `${method} ${withoutIds(path)}`);
    };
    const seen = {
      create: await counted(() => stack.up(type, "it", create)),
      refresh: await counted(() => stack.refresh("it")),
      change: await counted(() => stack.up(type, "it", { ...create, ...change })),
      destroy: await counted(() => stack.destroy("it")),
    };
    expect(seen).toMatchObject(requests);
  });
}

/** `/api/endpoints/1/docker/v1.41/secrets/4f…` is `/secrets/ID`. */
const withoutIds = (path: string): string =>
  path.replace(/^.*\/docker\/v[\d.]+/, "").replace(/[0-9a-f]{24,64}/g, "ID");

/** Tests that nothing is taken for gone, and nothing is changed, where it may be somebody else who answers. */
export function keepsItsState(host: () => Host, life: () => Life, others: () => readonly string[]): void {
  test("is neither gone nor touched when another server or a proxy answers", async () => {
    const { type, create, remove, isDestroyed = remove !== undefined, prepare } = life();
    const { stack } = host();
    await prepare?.();
    const wrong = /is another server|is the url right/;
    await stack.up(type, "it", create);
    for (const url of others()) {
      await using _other = await host().switchTo({ url, username: "admin", password: "correct-horse-9" });
      await expect(stack.refresh("it")).rejects.toThrow(wrong);
      if (isDestroyed) await expect(stack.destroy("it")).rejects.toThrow(wrong);
      expect(stack.has("it")).toBe(true);
    }
    expect(await stack.refresh("it")).toBe(true);
  });
}
