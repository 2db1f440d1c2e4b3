/** What objects are called whose ids are 64 digits long, as far as this process has seen them. */
const names = new Map<string, string>();

export function learnName(id: string, name: string): void {
  names.set(id, name);
}

const LONG_ID = /(?<![\w:])[0-9a-f]{64}(?!\w)/g;
const UNKNOWN_CONTAINER = /(\bcontainers?\b[\s:/"']+[0-9a-f]{12})[0-9a-f]{52}(?!\w)/gi;

/**
 * An engine's words as a person reads them: names in the place of ids, and of a container whose name is not known the
 * twelve digits that `docker ps` shows. Other ids stay: a volume without a name is called by all of its digits.
 */
export function withNames(message: string): string {
  return message.replace(LONG_ID, (id) => names.get(id) ?? id).replace(UNKNOWN_CONTAINER, "$1");
}
