/** Where a container is, and its name. */
import { z } from "zod";
import { filledIn, IdSchema, idNumber } from "../../../core/schema";
import { nameOfContainer, rename } from "../calls";
import type { Argument } from "./argument";

export const identityFields = {
  /**
   * The environment to run on: its id, or the `Endpoint`. A change replaces the resource.
   * @default the provider's `endpointId`
   */
  endpointId: filledIn(IdSchema),
  /** The container's name. A change renames it in place. @default the resource's name */
  name: filledIn(
    z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not a container name: at least two letters, digits, "_", "." or "-", beginning with a letter or digit`,
    }),
  ),
  /**
   * The node to run on, if the agent serves several nodes. A change replaces the resource. Portainer: header
   * `X-PortainerAgent-Target` of every request for this container. @default the one that the agent picks
   */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

export const identityArguments = {
  endpointId: { change: "rollout", normalize: idNumber } satisfies Argument<number | string>,
  name: {
    change: "inPlace",
    read: nameOfContainer,
    async apply(engine, { container, news: { name } }) {
      if (nameOfContainer(container) === name) return;
      engine.context.progress(`renaming to ${name}`);
      await rename(engine, container.Id, name);
    },
  } satisfies Argument<string, { readonly name: string }>,
  nodeName: { change: "rollout" } satisfies Argument<string>,
};
