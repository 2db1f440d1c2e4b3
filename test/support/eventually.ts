import { setTimeout as sleep } from "node:timers/promises";

/** Waits for something that another part of the program brings about. */
export async function eventually(test: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await test()); waited += 5) {
    if (waited > 30_000) throw new Error("It did not happen in time");
    await sleep(5);
  }
}
