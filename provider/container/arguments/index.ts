/** Every argument of a container: its schema and documentation, and how it goes to the engine and comes back. */
import { z } from "zod";
import type { Argument } from "../argument";
import { accessArguments, accessFields } from "./access";
import { blockIoArguments, blockIoFields } from "./block-io";
import { deviceArguments, deviceFields } from "./devices";
import { fileArguments, fileFields } from "./files";
import { healthArguments, healthFields } from "./health";
import { identityArguments, identityFields } from "./identity";
import { imageArguments, imageFields } from "./image";
import { limitArguments, limitFields } from "./limits";
import { loggingArguments, loggingFields } from "./logging";
import { namespaceArguments, namespaceFields } from "./namespaces";
import { networkArguments, networkFields } from "./networks";
import { portArguments, portFields } from "./ports";
import { processArguments, processFields } from "./process";
import { runArguments, runFields } from "./run";
import { securityArguments, securityFields } from "./security";
import { storageArguments, storageFields } from "./storage";
import { ulimitArguments, ulimitFields } from "./ulimits";

export const ContainerSchema = z.object({
  ...identityFields,
  ...imageFields,
  ...processFields,
  ...healthFields,
  ...portFields,
  ...networkFields,
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

export type ContainerInputs = z.input<typeof ContainerSchema>;
/** The inputs with their defaults. */
export type ContainerSettled = z.output<typeof ContainerSchema>;

export const containerArguments: { readonly [Key in keyof ContainerSettled]-?: Argument } = {
  ...identityArguments,
  ...imageArguments,
  ...processArguments,
  ...healthArguments,
  ...portArguments,
  ...networkArguments,
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
