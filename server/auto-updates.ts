import { parseDuration } from "../contract/duration";
import { updateFromGit } from "./api/stack/from-git";
import { milliseconds } from "./clock";
import type { Services } from "./services";
import type { StackRecord } from "./store/records";

/** How often is looked which stacks are due, in milliseconds. */
const LOOK_EVERY = 1_000;

/** Keeps stacks as their repositories have them: at intervals, and when a webhook asks. */
export class AutoUpdates {
  readonly #services: () => Services;
  readonly #report: (error: unknown) => void;
  readonly #running = new Map<number, Promise<void>>();
  /** When a stack was looked at last, or first seen. */
  readonly #lookedAt = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(services: () => Services, report: (error: unknown) => void) {
    this.#services = services;
    this.#report = report;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY).unref();
  }

  /** Starts nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(this.#running.values());
  }

  /** Updates a stack; asked again meanwhile, it is the same update. */
  update(stack: StackRecord): Promise<void> {
    const running = this.#running.get(stack.Id);
    if (running) return running;
    const update = updateFromGit(this.#services(), stack).finally(() => this.#running.delete(stack.Id));
    this.#running.set(stack.Id, update);
    return update;
  }

  /** Of replicas that all find a stack due, one updates it. */
  async #updateOnce(stack: StackRecord): Promise<void> {
    if (await this.#services().store.leads()) await this.update(stack);
  }

  #look(): void {
    const { store, clock } = this.#services();
    const now = milliseconds(clock);
    for (const stack of store.stacks.list()) {
      const interval = parseDuration(stack.AutoUpdate?.Interval ?? "");
      const since = this.#lookedAt.get(stack.Id);
      if (!interval || interval < 0) this.#lookedAt.delete(stack.Id);
      else if (since === undefined) this.#lookedAt.set(stack.Id, now);
      else if (now - since >= interval) {
        this.#lookedAt.set(stack.Id, now);
        this.#updateOnce(stack).catch(this.#report);
      }
    }
  }
}
