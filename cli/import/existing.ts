/** Reads what is there: the objects of Portainer, then those of each environment. */
import { isApiError } from "../../client";
import type { Connection } from "../../provider/connection";
import { messageOf, ProviderError } from "../../provider/core/errors";
import { importableEngine, isEngineType } from "../../provider/docker/importable";
import { importableObjects, isPortainerType } from "../../provider/portainer/importable";
import { dockerEnvironments } from "../environments";
import { UsageError } from "../usage-error";
import { contextOf, sayLeftOut } from "./context";
import { IMPORTED_TYPES, type ImportableOfType, type ImportedType } from "./resources";

/** What to import. */
export interface Choice {
  readonly types: readonly ImportedType[];
  /** Environments by id or name; all Docker environments if there are none. */
  readonly endpoints: readonly string[];
  /** The engine's filters. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** The objects by class, in the order in which a program declares them. Says of each that is left out why. */
export async function existing(connection: Connection, choice: Choice): Promise<ImportableOfType[]> {
  const { types, endpoints, filters } = choice;
  const context = contextOf(connection);
  const environments = await dockerEnvironments(connection, endpoints);
  const isOnChosen = ({ inputs }: { inputs: Readonly<Record<string, unknown>> }) =>
    endpoints.length === 0 ||
    inputs["endpointId"] === undefined ||
    environments.some(({ Id }) => Id === inputs["endpointId"]);

  const all: ImportableOfType[] = [];
  for (const type of types.filter(isPortainerType)) {
    const { found, skipped } = await importableObjects(context, type);
    all.push([type, found.filter(isOnChosen)]);
    sayLeftOut(skipped);
  }
  const stacks = all.flatMap(([type, objects]) => (type === "Stack" ? objects : []));
  const onEngine = types.filter(isEngineType);
  for (const { Id, Name } of onEngine.length > 0 ? environments : []) {
    const names = stacks
      .filter(({ inputs }) => inputs["endpointId"] === Id)
      .map(({ inputs }) => String(inputs["name"]));
    try {
      const { found, skipped } = await importableEngine(context, Id, {
        types: onEngine,
        filters,
        stacks: names,
      });
      all.push(...found);
      sayLeftOut(skipped);
    } catch (error) {
      if (!(error instanceof ProviderError || isApiError(error))) throw error;
      if (isApiError(error) && /invalid filter/i.test(error.serverMessage))
        throw new UsageError(`--filter: ${error.serverMessage}, says the engine of environment ${Id}.`);
      sayLeftOut([{ name: `everything on environment ${Id} ("${Name}")`, reason: messageOf(error) }]);
    }
  }
  return IMPORTED_TYPES.map((type) => [type, all.flatMap(([one, objects]) => (one === type ? objects : []))]);
}
