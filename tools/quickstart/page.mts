import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../machine/interruption.mts";
import { step } from "../machine/progress.mts";
import { SetUpError } from "../machine/set-up-error.mts";

export interface Page {
  url: string;
  text: string;
}

const ANSWERS_WITHIN = 15_000;

/** What the container answers on its published port. */
export function waitForPage(port: number): Promise<Page> {
  const url = `http://127.0.0.1:${port}/`;
  return step(
    "Container",
    () => fetchPage(url),
    ({ text }) => `${url} answers "${text}"`,
  );
}

async function fetchPage(url: string): Promise<Page> {
  let failure: unknown;
  for (
    const deadline = Date.now() + ANSWERS_WITHIN;
    Date.now() < deadline;
    await sleep(200, undefined, { signal: interruption })
  ) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return { url, text: (await answer.text()).trim() };
      failure = `it answers ${answer.status}`;
    } catch (error) {
      failure = error;
    }
  }
  throw new SetUpError(`The container was created, but ${url} does not answer: ${String(failure)}`);
}
