import { type Properties, UNKNOWN } from "../provider/core/properties";

/** The outputs of a resource that does not exist yet. */
export function outputsOfCreation(inputs: Properties, outputs: readonly string[]): Properties {
  return { ...inputs, ...Object.fromEntries(outputs.map((name) => [name, UNKNOWN])) };
}

/**
 * The outputs of a resource that will be changed in place. It stays the same object of the same server, so what is its id
 * stays known; otherwise everything that refers to it would show a difference.
 */
export function outputsOfUpdate(
  id: string,
  state: Properties,
  inputs: Properties,
  outputs: readonly string[],
): Properties {
  const stays = (name: string) => name === "instanceId" || String(state[name]) === id;
  return {
    ...inputs,
    ...Object.fromEntries(outputs.map((name) => [name, stays(name) ? state[name] : UNKNOWN])),
  };
}
