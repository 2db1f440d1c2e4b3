import { expect, test } from "@jest/globals";
import { createLimiter, limiterOf } from "../../../client/limiter";
import { always, connect, serve } from "./kit";

const never = new AbortController().signal;

/** The milliseconds after which each of `count` calls that begin together passes. */
async function passes(count: number, burst: number, interval: number): Promise<number[]> {
  const limiter = createLimiter(burst, interval);
  const start = performance.now();
  return Promise.all(
    Array.from({ length: count }, async () => {
      await limiter.take(never);
      return performance.now() - start;
    }),
  );
}

test("lets a burst pass at once and then one per interval", async () => {
  // Long enough that a busy machine does not delay the burst as much.
  const times = await passes(4, 3, 3_000);
  expect(Math.max(...times.slice(0, 3))).toBeLessThan(2_990);
  expect(times[3]).toBeGreaterThanOrEqual(2_990);
  const later = await passes(3, 1, 200);
  expect(later[1]).toBeGreaterThanOrEqual(190);
  expect(later[2]).toBeGreaterThanOrEqual(390);
});

test("waits no longer than its signal allows", async () => {
  const limiter = createLimiter(1, 60_000);
  await limiter.take(never);
  const stop = new AbortController();
  const waiting = limiter.take(stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("is one for all clients of a server, and another for each server", () => {
  expect(limiterOf("https://a.example")).toBe(limiterOf("https://a.example"));
  expect(limiterOf("https://a.example")).not.toBe(limiterOf("https://b.example"));
});

test("keeps logins, new API keys and password changes of all clients together below the server's ten at once", async () => {
  await using server = await serve(always(204));
  await using first = connect(server.url);
  await using second = connect(server.url);
  const params = { id: 1 };
  const body = { Password: "old password", NewPassword: "new password" };

  const start = performance.now();
  const calls = [first, second].flatMap((client) =>
    Array.from({ length: 5 }, () => client.users.changePassword({ params, body })),
  );
  await Promise.all(calls);
  expect(server.requests).toHaveLength(10);
  // Eight at once, and then one every 1.1 seconds.
  expect(performance.now() - start).toBeGreaterThanOrEqual(2_150);
});
