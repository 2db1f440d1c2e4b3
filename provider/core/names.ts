/** The names of objects with 64-digit ids that this process has seen. */
const names = new Map<string, string>();

export function learnName(id: string, name: string): void {
  names.set(id, name);
}

const LONG_ID = /(?<![\w:])[0-9a-f]{64}(?!\w)/g;
const UNKNOWN_CONTAINER = /(\bcontainers?\b[\s:/"']+[0-9a-f]{12})[0-9a-f]{52}(?!\w)/gi;

/**
 * Makes an engine's message readable: replaces ids by names, and shortens the id of an unknown container to the twelve
 * digits that `docker ps` shows. Other ids stay: the name of an anonymous volume is its full id.
 */
export function withNames(message: string): string {
  return message.replace(LONG_ID, (id) => names.get(id) ?? id).replace(UNKNOWN_CONTAINER, "$1");
}
