import { describe } from "@jest/globals";
import { composeOrSkip } from "../../support/needs";
import { onEnvironment, play } from "../../support/scenes";
import { stackOrSkip } from "../../support/stack";

play(
  {
    stack: onEnvironment((name) => ({
      containers: [`${name}-web-1`],
      page: "Hello from a stack.",
      secrets: { greeting: "Hello from a stack." },
    })),
  },
  composeOrSkip() === describe ? stackOrSkip() : describe.skip,
);
