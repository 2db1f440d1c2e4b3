import { z } from "zod";
import { ResourceControl } from "../resource-control";

/** What Portainer adds to an engine's object: who may use it. */
export const PortainerDecoration = z.looseObject({ ResourceControl: ResourceControl.nullish() });
