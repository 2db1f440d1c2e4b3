const last = new Map<string, Promise<unknown>>();

/**
 * Does work of the same key one after the other, in the order in which it was asked for: for what is read first and
 * then written back.
 */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = following(last.get(key), work);
  last.set(key, turn);
  try {
    return await turn;
  } finally {
    if (last.get(key) === turn) last.delete(key);
  }
}

async function following<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  await Promise.allSettled([before]);
  return await work();
}
