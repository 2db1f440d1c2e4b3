import type { Route } from "../contract/index";

export type Parameters = Readonly<Record<string, string | number>>;
export type Query = Readonly<Record<string, unknown>>;

/** A route's path with its parameters filled in, so that none can lead to another route. */
export function fillPath(route: Route, parameters: Parameters = {}): string {
  return route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined)
      throw new TypeError(`${route.method} ${route.path} needs the parameter "${name}".`);
    const segments = route.slashes === name ? String(value).split("/") : [String(value)];
    return segments.map((segment) => encodeSegment(segment, route, name)).join("/");
  });
}

function encodeSegment(segment: string, route: Route, name: string): string {
  if (["", ".", ".."].includes(segment)) {
    throw new TypeError(
      `${route.method} ${route.path}: "${name}" must not be empty and not have a part that is empty, "." or "..".`,
    );
  }
  // ":" and "@" are allowed in a path, and proxies compare image references literally.
  return encodeURIComponent(segment).replace(/%3A/g, ":").replace(/%40/g, "@");
}

/** `?a=1&b=2`, or nothing. A list repeats its name. */
export function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) search.append(name, String(item));
    }
  }
  return search.size > 0 ? `?${search}` : "";
}
