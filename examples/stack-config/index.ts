import * as pulumi from "@pulumi/pulumi";
import { Container } from "pulumi-portainer";

const config = new pulumi.Config();

// No Provider: the server, the credentials and the environment come from stack config (`portainer:url`,
// `portainer:apiKey`, `portainer:endpointId`) or from PORTAINER_URL, PORTAINER_API_KEY, PORTAINER_ENDPOINT_ID.
const web = new Container("web", {
  name: config.require("name"),
  image: config.require("image"),
  command: ["httpd", "-f", "-p", "80", "-h", "/www"],
  files: { "/www/index.html": `Hello from the stack ${pulumi.getStack()}.\n` },
  ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
});

export const status = web.status;
