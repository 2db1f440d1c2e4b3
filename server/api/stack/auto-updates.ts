import { parseDuration } from "../../../contract/duration";
import { milliseconds } from "../../clock";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import { updateFromGit } from "./from-git";

/** How often to check which stacks are due, in milliseconds. */
const CHECK_EVERY = 1_000;

/** Redeploys stacks when their repositories change: at intervals, and when a webhook asks. */
export class AutoUpdates {
  readonly #services: () => Services;
  readonly #report: (error: unknown) => void;
  readonly #running = new Map<number, Promise<void>>();
  /** When each stack was checked last, or first seen. */
  readonly #checkedAt = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(services: () => Services, report: (error: unknown) => void) {
    this.#services = services;
    this.#report = report;
  }

  start(): void {
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY).unref();
  }

  /** Starts no further updates, and waits for those under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(this.#running.values());
  }

  /** Updates a stack. Calls during an update share it. */
  update(stack: StackRecord): Promise<void> {
    const running = this.#running.get(stack.Id);
    if (running) return running;
    const update = updateFromGit(this.#services(), stack).finally(() => this.#running.delete(stack.Id));
    this.#running.set(stack.Id, update);
    return update;
  }

  /** All replicas find a stack due at the same time; only the leading one updates it. */
  async #updateOnce(stack: StackRecord): Promise<void> {
    if (await this.#services().store.leads()) await this.update(stack);
  }

  #check(): void {
    const { store, clock } = this.#services();
    const now = milliseconds(clock);
    for (const stack of store.stacks.list()) {
      const interval = parseDuration(stack.AutoUpdate?.Interval ?? "");
      const since = this.#checkedAt.get(stack.Id);
      if (!interval || interval < 0) this.#checkedAt.delete(stack.Id);
      else if (since === undefined) this.#checkedAt.set(stack.Id, now);
      else if (now - since >= interval) {
        this.#checkedAt.set(stack.Id, now);
        this.#updateOnce(stack).catch(this.#report);
      }
    }
  }
}
