import { z } from "zod";
import { PortainerDecoration } from "./decoration";

const Texts = z.record(z.string(), z.string());
const Driver = z.looseObject({ Name: z.string(), Options: Texts.nullish() });

/** A secret or a config, which are alike. An engine shows the data of configs only. */
export const SwarmFile = z.looseObject({
  ID: z.string(),
  Version: z.looseObject({ Index: z.int() }).optional(),
  CreatedAt: z.string().optional(),
  Spec: z.looseObject({
    Name: z.string(),
    Labels: Texts.nullish(),
    /** Base64. */
    Data: z.string().nullish(),
    Driver: Driver.nullish(),
    Templating: Driver.nullish(),
  }),
  Portainer: PortainerDecoration.optional(),
});
export type SwarmFile = z.infer<typeof SwarmFile>;

export const NewSwarmFile = z.looseObject({
  Name: z.string(),
  Labels: Texts.optional(),
  Data: z.string().optional(),
});

/** The answer to a create in a swarm. */
export const CreatedInSwarm = z.looseObject({ ID: z.string(), Portainer: PortainerDecoration.optional() });

/** An update is refused if the object has another version by now. */
export const AtVersion = z.object({ version: z.int() });
