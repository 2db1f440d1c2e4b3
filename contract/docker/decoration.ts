import { z } from "zod";
import { ResourceControl } from "../resource-control";

/** What Portainer adds to an engine's objects: who may use them. */
export const PortainerDecoration = z.looseObject({ ResourceControl: ResourceControl.nullish() });
