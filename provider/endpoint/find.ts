import type { PortainerClient } from "../../client";
import type { Endpoint } from "../../contract";

/** The environment that has this name: names are unique, and case counts. Older servers do not filter by name. */
export async function findByName(
  { endpoints }: PortainerClient,
  name: string,
): Promise<Endpoint | undefined> {
  const found = await endpoints.list({ query: { name, excludeSnapshots: "true" } });
  return found.find(({ Name }) => Name === name);
}
