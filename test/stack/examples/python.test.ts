import { installPythonSdk, pythonOrSkip } from "../../support/languages";
import { onEnvironment, play } from "../../support/scenes";

play(
  {
    python: onEnvironment(async (name) => ({
      containers: [name],
      page: "Hello from a container that a Python program runs through Portainer.",
      plugin: await installPythonSdk(),
    })),
  },
  pythonOrSkip(),
);
