import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../machine/interruption.mts";
import { step } from "../machine/progress.mts";
import { messageOf, SetUpError } from "../machine/set-up-error.mts";

export interface Page {
  url: string;
  text: string;
}

const ANSWERS_WITHIN = 15_000;

/** Whether the container answers on its published port. */
export async function answers(port: number): Promise<boolean> {
  try {
    await fetchText(urlOf(port));
    return true;
  } catch {
    return false;
  }
}

export function waitForPage(port: number): Promise<Page> {
  const url = urlOf(port);
  return step(
    "Container",
    () => retry(url),
    ({ text }) => `${url} answers "${text}"`,
  );
}

/** A container that has just started may need a moment to listen. */
async function retry(url: string): Promise<Page> {
  const deadline = Date.now() + ANSWERS_WITHIN;
  for (;;) {
    try {
      return { url, text: await fetchText(url) };
    } catch (error) {
      if (Date.now() > deadline) {
        throw new SetUpError(`The container was created, but ${url} does not answer: ${messageOf(error)}`);
      }
      await sleep(200, undefined, { signal: interruption });
    }
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return (await answer.text()).trim();
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`;
}
