/** The properties of a resource that a list of names leaves out. */
export type Missing<State, Keys extends readonly PropertyKey[]> = Exclude<keyof State, Keys[number]>;

/**
 * The names of all properties of a resource, inputs and outputs. Pulumi's SDK drops properties that a constructor does
 * not declare, so a list with a missing name does not compile.
 */
export const allOf =
  <State>() =>
  <const Keys extends readonly (keyof State & string)[]>(
    ...names: [Missing<State, Keys>] extends [never] ? Keys : [missing: Missing<State, Keys>]
  ): readonly string[] =>
    names as readonly string[];
