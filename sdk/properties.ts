type Missing<State, Keys extends readonly PropertyKey[]> = Exclude<keyof State, Keys[number]>;

/**
 * The names of all properties of a resource, inputs and outputs. Pulumi's SDK drops what a constructor does not
 * declare, so the compiler refuses a list in which one is missing.
 */
export const allOf =
  <State>() =>
  <const Keys extends readonly (keyof State & string)[]>(
    ...names: [Missing<State, Keys>] extends [never] ? Keys : [missing: Missing<State, Keys>]
  ): readonly string[] =>
    names as readonly string[];
