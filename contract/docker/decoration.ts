import { z } from "zod";
import { ResourceControl } from "../resource-control";

/** What Portainer adds to an engine's objects: who may use them, and the node where an agent serves several. */
export const PortainerDecoration = z.looseObject({
  ResourceControl: ResourceControl.nullish(),
  Agent: z.looseObject({ NodeName: z.string().optional() }).nullish(),
});
