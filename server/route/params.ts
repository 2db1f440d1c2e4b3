import { HttpError } from "../http-error";

/** The one whose wrong ids Portainer calls otherwise. */
const WEBHOOK = "webhook";

/** What error texts call the object of a path segment. */
const THINGS: Record<string, string> = {
  users: "user",
  teams: "team",
  team_memberships: "membership",
  tags: "tag",
  endpoint_groups: "environment group",
  endpoints: "environment",
  registries: "registry",
  resource_controls: "resource control",
  stacks: "stack",
  custom_templates: "Custom template",
  webhooks: WEBHOOK,
  tokens: "api-key",
};

/** The values of a route's parameters in a path, ids as numbers. */
export function readParams(pattern: string, values: Record<string, string>): Record<string, string | number> {
  const segments = pattern.split("/");
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (name !== "id" && !name.endsWith("Id")) return [name, value];
      const thing = THINGS[segments[segments.indexOf(`:${name}`) - 1] ?? ""] ?? "object";
      return [name, readId(thing, value)];
    }),
  );
}

export function readId(thing: string, text: string): number {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(
    400,
    thing === WEBHOOK ? "Invalid webhook id" : `Invalid ${thing} identifier route variable`,
    `Strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
