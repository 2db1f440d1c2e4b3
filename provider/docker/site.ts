import type { z } from "zod";
import type { CheckContext } from "../core/definition";
import type { Properties } from "../core/hidden";
import { type IdSchema, idNumber } from "../core/id";

/** Where an object of an engine is to be found. */
export interface Site {
  readonly endpointId: number;
  /** The node, where an agent leads to several. */
  readonly nodeName?: string | undefined;
}

interface Placed {
  readonly endpointId: z.output<typeof IdSchema>;
  readonly nodeName?: string | undefined;
}

export const siteOf = ({ endpointId, nodeName }: Placed): Site => ({
  endpointId: idNumber(endpointId),
  nodeName,
});

/** What a program may leave out: the object's name, and the environment where its provider names one. */
export const namedAndPlaced = (inputs: Properties, { name, settings }: CheckContext): Properties => ({
  ...(name !== undefined && { name }),
  ...(inputs["endpointId"] === undefined && settings.endpointId && { endpointId: settings.endpointId }),
});
