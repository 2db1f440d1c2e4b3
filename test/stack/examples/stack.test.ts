import { onEnvironment, play } from "../../support/scenes";
import { composeStackOrSkip } from "../../support/stack";

play(
  {
    stack: onEnvironment((name) => ({
      containers: [`${name}-web-1`],
      page: "Hello from a stack.",
      secrets: { greeting: "Hello from a stack." },
    })),
  },
  composeStackOrSkip(),
);
