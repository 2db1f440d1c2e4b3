/**
 * What the SDK's constructors hand over beside a resource's own properties, because the engine keeps it from
 * dynamic providers. Keys that start with two underscores are hidden by the CLI and never compared.
 */
export interface Hidden {
  /** The resource's URN: it names the line that progress is written to. */
  readonly __urn?: string;
  /** `customTimeouts`, as written: `"5m"`. */
  readonly __timeouts?: { readonly create?: string; readonly update?: string; readonly delete?: string };
  /** `replaceOnChanges`, as written. */
  readonly __replaceOnChanges?: readonly string[];
  /** Which call of `create` the state entry comes from; no program hands it over. */
  readonly __holder?: string;
  /** The text that makes this package the resource's provider; the engine looks for it in every answer. */
  readonly __provider?: string;
}

export type Properties = Readonly<Record<string, unknown>>;

export const isHidden = (key: string): boolean => key.startsWith("__");

/** The resource's own properties. */
export function visible(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !isHidden(key)));
}

/** What was handed over beside them. */
export function hidden(properties: Properties): Hidden {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => isHidden(key)));
}

/** The last part of a URN: `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/portainer:Container::web` gives `web`. */
export function nameOf(urn: string | undefined): string | undefined {
  return urn?.split("::").at(-1);
}
