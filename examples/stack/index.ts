import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

// The server, its key and the environment come from stack config (`portainer:url`, `portainer:apiKey`, `portainer:endpointId`).
const shop = new portainer.Stack("shop", {
  name: config.require("name"),
  // Pulumi notices when the file changes; the text of a program would do as well.
  content: new pulumi.asset.FileAsset("compose.yml"),
  // Variables of the file. A secret stays secret in the state.
  env: {
    IMAGE: config.require("image"),
    PORT: config.require("hostPort"),
    GREETING: config.requireSecret("greeting"),
  },
  access: "administrators",
  // Without this, `pulumi destroy` leaves the volume with its data.
  removeVolumes: true,
});

export const status = shop.status;
