/** One row of a collection: set, or removed when there is no value. */
export interface Change {
  readonly collection: string;
  readonly id: number;
  /** JSON. */
  readonly value: string | undefined;
}

/** The highest id ever given in a collection: an id is never given twice. */
export interface Sequence {
  readonly collection: string;
  readonly last: number;
}

export interface Saved {
  readonly rows: Iterable<{ collection: string; id: number; value: string }>;
  readonly sequences: Iterable<Sequence>;
}

/** Where a store keeps what it holds. */
export interface Persistence {
  /** Everything that was written, in the order of ids. */
  load(): Saved | Promise<Saved>;
  /** All of it or nothing, and durable before it returns. */
  write(changes: readonly Change[], sequences: readonly Sequence[]): void | Promise<void>;
  close(): void | Promise<void>;
}
