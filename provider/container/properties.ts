import type { Property } from "../core/definition";
import { canonical } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";

type Properties = { readonly [Key in keyof ContainerSettled]-?: Property };

/** Whether an argument says where the container is: at another place it is another resource. */
export const isPlace = (key: string): boolean => key === "endpointId" || key === "nodeName";

/** How each argument is compared. */
export const containerProperties = Object.fromEntries(
  Object.entries(containerArguments).map(([key, argument]): [string, Property] => [
    key,
    {
      change: isPlace(key) ? "replace" : "update",
      normalize: (value: unknown) => canonical(argument, value),
    },
  ]),
) as Properties;
