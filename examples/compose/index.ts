import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

// The server, its key and the environment come from stack config (`portainer:url`, `portainer:apiKey`, `portainer:endpointId`).
const shop = new portainer.ComposeProject("shop", {
  files: "compose.yaml",
  projectName: config.require("name"),
  // Variables of the file. A secret stays secret in the state.
  environment: {
    IMAGE: config.require("image"),
    PORT: config.require("hostPort"),
    PASSWORD: config.requireSecret("password"),
  },
  // What this stack has otherwise than the file.
  services: { web: { memory: "64m" } },
});

export const web = shop.service("web").containers[0]?.containerId;
