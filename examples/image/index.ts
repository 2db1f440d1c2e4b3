import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();
const name = config.require("name");

// Built on the engine whenever a file in ./app changes; the preview shows it. The server and the environment come from
// stack config (`portainer:url`, `portainer:apiKey`, `portainer:endpointId`).
const app = new portainer.Image("app", {
  name: `${name}:1`,
  build: { context: "./app", args: { BASE: config.require("image") } },
});

// Rolled out when the image is another one.
const web = new portainer.Container("web", {
  name,
  image: app,
  stopTimeout: 1,
  ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
});

// Runs once, and again in each new container.
const pages = new portainer.Exec("pages", { container: web, command: ["ls", "/www"] });

export const imageId = app.imageId;
export const served = pages.stdout;
