import { HttpError } from "../http-error";

/** Its error text for an invalid id differs from all others. */
const WEBHOOK = "webhook";

/** The names of objects in error texts, by path segment. */
const THINGS: Record<string, string> = {
  users: "user",
  teams: "team",
  team_memberships: "membership",
  tags: "tag",
  endpoint_groups: "environment group",
  endpoints: "environment",
  edge_groups: "Edge group",
  docker: "environment",
  registries: "registry",
  resource_controls: "resource control",
  stacks: "stack",
  custom_templates: "Custom template",
  webhooks: WEBHOOK,
  tokens: "api-key",
};

/** Reads the parameters of a path; ids become numbers. */
export function paramsReader(
  path: string,
): (values: Readonly<Record<string, string>>) => Record<string, string | number> {
  const segments = path.split("/");
  const parameters = segments.flatMap((segment, at) => {
    if (!segment.startsWith(":")) return [];
    const name = segment.slice(1);
    const isId = name === "id" || name.endsWith("Id");
    return { name, thing: isId ? (THINGS[segments[at - 1] ?? ""] ?? "object") : undefined };
  });
  return (values) => {
    const params: Record<string, string | number> = {};
    for (const { name, thing } of parameters) {
      const value = values[name] ?? "";
      params[name] = thing === undefined ? value : readId(thing, value);
    }
    return params;
  };
}

/** Parses an optional integer as Go does: anything else counts as zero. */
export const integerIn = (text: string | undefined): number =>
  /^[+-]?\d+$/.test(text ?? "") ? Number(text) : 0;

export function readId(thing: string, text: string): number {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(
    400,
    thing === WEBHOOK ? "Invalid webhook id" : `Invalid ${thing} identifier route variable`,
    `Strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
