import type { Property } from "../core/definition";
import { type ContainerSettled, containerArguments } from "./arguments";

type Properties = { readonly [Key in keyof ContainerSettled]-?: Property };

/** How each argument is compared. Only another environment makes another resource. */
export const containerProperties = Object.fromEntries(
  Object.entries(containerArguments).map(([key, { normalize }]): [string, Property] => [
    key,
    { change: key === "endpointId" ? "replace" : "update", ...(normalize && { normalize }) },
  ]),
) as Properties;
