import { isApiError } from "../../client";
import { mayHaveHappened } from "../core/lost-answer";

/** So often a change is tried again after somebody else has changed the object meanwhile. */
const ATTEMPTS = 5;

/**
 * Changes an object of a swarm, which takes a change only together with the version that the object has. If another
 * writer was faster, or the answer was lost, the object is read again, and changed again.
 *
 * @param first the object, if it has just been read.
 */
export async function atItsVersion<Seen, Written>(
  read: () => Promise<Seen>,
  write: (now: Seen) => Promise<Written>,
  first?: Seen,
): Promise<Written> {
  for (let attempt = 1; ; attempt += 1) {
    const now = attempt === 1 && first !== undefined ? first : await read();
    try {
      return await write(now);
    } catch (error) {
      const isOutdated = isApiError(error) && /update out of sequence/.test(error.message);
      if (attempt === ATTEMPTS || !(isOutdated || mayHaveHappened(error))) throw error;
    }
  }
}
