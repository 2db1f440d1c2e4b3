/** One write of a collection. The store makes it durable, or undoes it. */
export interface Journal {
  changed(collection: string, id: number, before: unknown, after: unknown): void;
  advanced(collection: string, before: number, after: number): void;
}

export interface CollectionState {
  readonly rows: readonly (readonly [id: number, row: object])[];
  readonly last: number;
}

/**
 * The objects of one kind, in memory, in the order of their ids. Objects are never changed in place:
 * `put` stores a new one. Writing is possible only inside `Store.change`.
 */
export class Collection<T extends object> {
  readonly name: string;
  readonly #journal: () => Journal;
  readonly #rows = new Map<number, T>();
  #last = 0;
  #revision = 0;

  constructor(name: string, journal: () => Journal) {
    this.name = name;
    this.#journal = journal;
  }

  get(id: number): T | undefined {
    return this.#rows.get(id);
  }

  list(): T[] {
    return [...this.#rows.values()];
  }

  find(matches: (row: T) => boolean): T | undefined {
    for (const row of this.#rows.values()) if (matches(row)) return row;
    return undefined;
  }

  filter(matches: (row: T) => boolean): T[] {
    return this.list().filter(matches);
  }

  /** Changes with every write. A value derived from the rows is valid while it stays the same. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Returns the next id. It is never returned again, even if nothing is stored under it. */
  nextId(): number {
    const journal = this.#journal();
    journal.advanced(this.name, this.#last, this.#last + 1);
    this.#last += 1;
    return this.#last;
  }

  insert(make: (id: number) => T): T {
    const id = this.nextId();
    return this.put(id, make(id));
  }

  put(id: number, row: T): T {
    this.#journal().changed(this.name, id, this.#rows.get(id), row);
    this.#rows.set(id, row);
    this.#revision += 1;
    return row;
  }

  delete(id: number): void {
    this.#journal().changed(this.name, id, this.#rows.get(id), undefined);
    this.#rows.delete(id);
    this.#revision += 1;
  }

  dump(): CollectionState {
    return { rows: [...this.#rows], last: this.#last };
  }

  /** Replaces all rows and the id counter. */
  become({ rows, last }: CollectionState): void {
    for (const id of [...this.#rows.keys()]) this.delete(id);
    for (const [id, row] of rows) this.put(id, row as T);
    this.#journal().advanced(this.name, this.#last, last);
    this.#last = last;
  }

  /** Sets a row without recording a write: for rows that were loaded, that others have written, or that are undone. */
  restore(id: number, row: object | undefined): void {
    const isLate = row !== undefined && !this.#rows.has(id) && id <= this.#last;
    if (row === undefined) this.#rows.delete(id);
    else this.#rows.set(id, row as T);
    if (isLate) this.#sort();
    this.#revision += 1;
  }

  restoreLast(last: number): void {
    this.#last = last;
  }

  #sort(): void {
    const rows = [...this.#rows].sort(([one], [other]) => one - other);
    this.#rows.clear();
    for (const [id, row] of rows) this.#rows.set(id, row);
  }
}
