import { ProviderError } from "../provider/core/errors";
import { type Steps, stepsOf } from "../provider/core/steps";
import * as definitions from "../provider/definitions";

interface Resource {
  readonly steps: Steps;
  /** Paths of inputs and outputs that are always secret. */
  readonly secrets: readonly string[];
  /** The properties that a program sets. */
  readonly inputs: readonly string[];
  readonly token: string;
}

/** What the plugin has no resource for: a function looks it up. */
const LOOKED_UP = "RemoteImage";

const resources: ReadonlyMap<string, Resource> = new Map(
  Object.entries(definitions)
    .filter(([name]) => name !== LOOKED_UP)
    .map(([name, definition]): [string, Resource] => {
      const token = `portainer:index:${name}`;
      const steps = stepsOf(definition as never);
      const inputs = Object.keys(definition.schema.shape);
      return [token, { steps, secrets: definition.secrets, inputs, token }];
    }),
);

/** The resource of a URN: `urn:pulumi:dev::shop::app:Site$portainer:index:Container::web`. */
export function resourceOf(urn: string): Resource {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const resource = resources.get(type);
  if (resource) return resource;
  throw new ProviderError(`there is no resource ${type} in this version of pulumi-portainer`);
}
