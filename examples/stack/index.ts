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

// Whoever may use the server can deploy the same file from the list of templates.
new portainer.CustomTemplate("shop-template", {
  title: config.require("name"),
  description: "A page that says what it is told",
  content: new pulumi.asset.FileAsset("compose.yml"),
  variables: [
    { name: "IMAGE", label: "Image", defaultValue: "busybox:1.37" },
    { name: "PORT", label: "Port", defaultValue: "8080" },
    { name: "GREETING", label: "Greeting" },
  ],
  access: "public",
});

export const status = shop.status;
