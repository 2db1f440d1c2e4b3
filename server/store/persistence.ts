/** One row of a collection: set, or removed when there is none. */
export interface Change {
  readonly collection: string;
  readonly id: number;
  readonly row: object | undefined;
}

/** The highest id ever given in a collection: an id is never given twice. */
export interface Sequence {
  readonly collection: string;
  readonly last: number;
}

/** Each row and each sequence at most once, in the order of ids. */
export interface Writes {
  readonly changes: readonly Change[];
  readonly sequences: readonly Sequence[];
}

/** What was written after an earlier version, as it is at this one. */
export interface Update extends Writes {
  readonly version: number;
}

/** Where a store keeps what it holds. Each write makes a new version of the whole; before the first it is 0. */
export interface Persistence {
  /** Whether other processes write to it too. */
  readonly isShared: boolean;
  since(version: number): Promise<Update>;
  /**
   * Asks `work` what to write, given the news since a version, while nobody else writes. All of it or nothing is
   * written, and durable when this returns. @returns the version it made
   */
  write(version: number, work: (news: Update) => Writes): Promise<number>;
  /** Whether this process is the one that does what must be done once for all of them. */
  leads(): Promise<boolean>;
  close(): Promise<void>;
}

export const isEmpty = ({ changes, sequences }: Writes): boolean =>
  changes.length === 0 && sequences.length === 0;
