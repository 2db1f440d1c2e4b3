import { installPlugin, yamlOrSkip } from "../../support/languages";
import { onEnvironment, onNewServer, play } from "../../support/scenes";

play(
  {
    yaml: onNewServer(async (name) => ({
      containers: [name],
      page: "Hello from a container that a YAML program runs through Portainer.",
      plugin: await installPlugin(),
    })),

    "yaml-containers": onEnvironment(async (name) => ({
      containers: [`${name}-database`, `${name}-web`, `${name}-worker`],
      page: "Hello from YAML.",
      secrets: { greeting: "Hello from YAML." },
      plugin: await installPlugin(),
    })),
  },
  yamlOrSkip(),
);
