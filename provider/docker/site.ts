import { z } from "zod";
import type { CheckContext } from "../core/definition";
import type { Properties } from "../core/hidden";
import { IdSchema, idNumber } from "../core/id";
import { filledIn } from "../core/schema-defaults";

/** Where an object of an engine is to be found. */
export interface Site {
  readonly endpointId: number;
  /** The node, where an agent leads to several. */
  readonly nodeName?: string | undefined;
}

export const siteFields = {
  /** The environment to make it on: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: filledIn(IdSchema),
  /**
   * The node to make it on, where an agent leads to several. Portainer: header `X-PortainerAgent-Target`.
   * @default the one that the agent picks
   */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

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
