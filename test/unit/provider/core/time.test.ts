import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { ConnectionError } from "../../../../client";
import { inTurn, until } from "../../../../provider/core/concurrency";
import { mayHaveHappened, repeatIfLost } from "../../../../provider/core/lost-answer";

const lost = (sent = true) =>
  new ConnectionError({ method: "PUT", url: "http://x", code: "ECONNRESET", sent, reason: "it broke off" });

describe("waiting", () => {
  test("looks until there is an answer", async () => {
    let looks = 0;
    const answer = await until(new AbortController().signal, async () => {
      looks += 1;
      return looks === 3 ? "here" : undefined;
    });
    expect([answer, looks]).toEqual(["here", 3]);
  });

  test("ends with the reason of its signal, at once", async () => {
    const stop = new AbortController();
    const waiting = until(stop.signal, async () => undefined);
    const start = Date.now();
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(Date.now() - start).toBeLessThan(1_000);
  });

  test("ends with the error of a look", async () => {
    const look = () => Promise.reject(new Error("no"));
    await expect(until(new AbortController().signal, look)).rejects.toThrow("no");
  });
});

describe("work of one kind", () => {
  test("is done one after the other, in order, also after a failure", async () => {
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} starts`);
      await delay(5);
      events.push(`${name} ends`);
      if (name === "a") throw new Error("a failed");
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => inTurn("key", work(name))));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(events).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });

  test("does not wait for work of another kind", async () => {
    const endless = inTurn("one", () => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await inTurn("other", async () => "done")).toBe("done");
    await endless;
  });
});

describe("a write whose answer was lost", () => {
  test("is one that was sent", () => {
    expect([mayHaveHappened(lost()), mayHaveHappened(lost(false)), mayHaveHappened(new Error("no"))]).toEqual(
      [true, false, false],
    );
  });

  test("is repeated once", async () => {
    let writes = 0;
    const write = async () => {
      writes += 1;
      throw lost();
    };
    await expect(repeatIfLost(write)).rejects.toThrow("it broke off");
    expect(writes).toBe(2);
  });

  test("is not repeated when it was refused", async () => {
    let writes = 0;
    const write = async () => {
      writes += 1;
      throw new Error("refused");
    };
    await expect(repeatIfLost(write)).rejects.toThrow("refused");
    expect(writes).toBe(1);
  });
});
