/** One row of a collection. Without a value, the row is removed. */
export interface Change {
  readonly collection: string;
  readonly id: number;
  readonly row: object | undefined;
}

/** The highest id that a collection has ever used. No id is used twice. */
export interface Sequence {
  readonly collection: string;
  readonly last: number;
}

/** Contains each row and each sequence at most once, ordered by id. */
export interface Writes {
  readonly changes: readonly Change[];
  readonly sequences: readonly Sequence[];
}

/** The rows that were written since an earlier version, as they are in this version. */
export interface Update extends Writes {
  readonly version: number;
}

/** The durable copy of a store. Each write increases the version, which starts at 0. */
export interface Persistence {
  /** Whether other processes write to it too. */
  readonly isShared: boolean;
  since(version: number): Promise<Update>;
  /**
   * Asks `work` what to write, given the news since a version, while nobody else writes. All of it or nothing is
   * written, and durable when this returns. @returns the version it made
   */
  write(version: number, work: (news: Update) => Writes): Promise<number>;
  /** Whether this process is the leader, which does the work that only one process may do. */
  leads(): Promise<boolean>;
  close(): Promise<void>;
}

export const isEmpty = ({ changes, sequences }: Writes): boolean =>
  changes.length === 0 && sequences.length === 0;
