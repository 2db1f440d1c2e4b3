/** Every argument of a container: its schema and documentation, and how it is sent to the engine and read back. */
import { z } from "zod";
import type { Property } from "../../../core/definition";
import { accessArguments, accessFields } from "./access";
import { type Argument, canonical } from "./argument";
import { deviceArguments, deviceFields } from "./devices";
import { fileArguments, fileFields } from "./files";
import { healthArguments, healthFields } from "./health";
import { hostArguments, hostFields } from "./hosts";
import { identityArguments, identityFields } from "./identity";
import { imageArguments, imageFields } from "./image";
import {
  blockIoArguments,
  blockIoFields,
  limitArguments,
  limitFields,
  ulimitArguments,
  ulimitFields,
} from "./limits";
import { networkArguments, networkFields } from "./networks";
import { portArguments, portFields } from "./ports";
import { loggingArguments, loggingFields, processArguments, processFields } from "./process";
import { runArguments, runFields } from "./run";
import { namespaceArguments, namespaceFields, securityArguments, securityFields } from "./security";
import { storageArguments, storageFields } from "./storage";

export const ContainerSchema = z.object({
  ...identityFields,
  ...imageFields,
  ...processFields,
  ...healthFields,
  ...portFields,
  ...networkFields,
  ...hostFields,
  ...storageFields,
  ...fileFields,
  ...limitFields,
  ...blockIoFields,
  ...ulimitFields,
  ...deviceFields,
  ...namespaceFields,
  ...securityFields,
  ...loggingFields,
  ...runFields,
  ...accessFields,
});

export type ContainerArgs = z.input<typeof ContainerSchema>;
/** The inputs with their defaults. */
export type ContainerInputs = z.output<typeof ContainerSchema>;

export const containerArguments: {
  readonly [Key in keyof ContainerInputs]-?: Argument<never, ContainerInputs>;
} = {
  ...identityArguments,
  ...imageArguments,
  ...processArguments,
  ...healthArguments,
  ...portArguments,
  ...networkArguments,
  ...hostArguments,
  ...storageArguments,
  ...fileArguments,
  ...limitArguments,
  ...blockIoArguments,
  ...ulimitArguments,
  ...deviceArguments,
  ...namespaceArguments,
  ...securityArguments,
  ...loggingArguments,
  ...runArguments,
  ...accessArguments,
};

/** The arguments that the inputs set, with their values. */
export const givenArguments = (
  inputs: ContainerInputs,
): { argument: Argument<never, ContainerInputs>; value: never }[] =>
  Object.entries(containerArguments)
    .map(([key, argument]) => ({ argument, value: inputs[key as keyof ContainerInputs] as never }))
    .filter(({ argument, value }) => canonical(argument, value) !== null);

type Properties = { readonly [Key in keyof ContainerInputs]-?: Property };

/** Whether an argument determines where the container is. A change of it replaces the resource. */
export const identifies = (key: string): boolean => key === "endpointId" || key === "nodeName";

/** How each argument is compared. */
export const containerProperties = Object.fromEntries(
  Object.entries(containerArguments).map(([key, argument]): [string, Property] => [
    key,
    {
      change: identifies(key) ? "replace" : "update",
      normalize: (value: unknown) => canonical(argument, value),
    },
  ]),
) as Properties;
