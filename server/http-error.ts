import type { Collection } from "./store/collection";

/** A refusal, answered as `{ message, details }` by whichever plane catches it. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly details: string;

  constructor(status: number, message: string, details = message, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.details = details;
  }
}

/** An error as Portainer writes it: JSON, and Go's error text with a capital first letter. */
export function errorResponse(error: unknown): {
  status: number;
  body: { message: string; details: string };
} {
  const known =
    error instanceof HttpError ? error : new HttpError(500, "Internal server error", "Internal server error");
  const { status, message, details } = known;
  return { status, body: { message, details: details.charAt(0).toUpperCase() + details.slice(1) } };
}

/** The names of objects in error texts, by bucket. */
const THINGS: Record<string, string> = {
  users: "a user",
  api_key: "an API key",
  teams: "a team",
  team_membership: "a team membership",
  tags: "a tag",
  endpoint_groups: "an environment group",
  endpoints: "an environment",
  edgegroups: "an Edge group",
  registries: "a registry",
  resource_control: "a resource control",
  stacks: "a stack",
  customtemplates: "a custom template",
  webhooks: "a webhooks",
};

export const NOT_IN_DATABASE = "Object not found inside the database";

export const noSuchRow = (bucket: string, id: number | string): string =>
  `${NOT_IN_DATABASE} (bucket=${bucket}, key=${id})`;

/** The object with this id, or a 404 in Portainer's words. */
export function found<T extends object>(collection: Collection<T>, id: number): T {
  const row = collection.get(id);
  if (row) return row;
  const thing = THINGS[collection.name] ?? "an object";
  throw new HttpError(
    404,
    `Unable to find ${thing} with the specified identifier inside the database`,
    noSuchRow(collection.name, id),
  );
}
