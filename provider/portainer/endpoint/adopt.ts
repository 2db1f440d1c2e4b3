import type { PortainerClient } from "../../../client";
import type { Endpoint } from "../../../contract";
import type { Directory } from "../../core/directory";
import { ProviderError } from "../../core/errors";
import type { EndpointInputs } from "./schema";
import { differences, typeOf } from "./view";

/** Adopts an existing environment with the desired name, if the program allows it. */
export function adopt(found: Endpoint, desired: EndpointInputs, directory: Directory): Endpoint {
  const present = `environment ${found.Id} (${found.URL})`;
  if (desired.adopt === undefined) {
    throw new ProviderError(
      `the name "${desired.name}" is taken by ${present}, and Portainer does not say who made it. ` +
        'If it was made by this program and its resource was renamed or moved, say so with the resource option `aliases: [{ name: "…" }]`. ' +
        'Otherwise choose another name, or say what is to be done with it: `adopt: "matching"` takes it if it is as the program says, `adopt: "replace"` takes it and changes it.',
    );
  }
  const different = differences(found, desired, directory);
  if (typeOf(found) !== desired.type || different.includes("containerEngine")) {
    throw new ProviderError(
      `${present} has the name "${desired.name}" and is of another type, which cannot be changed: delete it, or choose another name.`,
    );
  }
  if (desired.adopt === "matching" && different.length > 0) {
    throw new ProviderError(
      `${present} has the name "${desired.name}" and differs in ${different.join(", ")}. Set these as they are there, or \`adopt: "replace"\` to have them changed.`,
    );
  }
  return found;
}

/** The environment with this name; names are unique and case-sensitive. Older servers ignore the `name` filter. */
export async function findByName(
  { endpoints }: PortainerClient,
  name: string,
): Promise<Endpoint | undefined> {
  const found = await endpoints.list({ query: { name, excludeSnapshots: "true" } });
  return found.find(({ Name }) => Name === name);
}
