import * as pulumi from "@pulumi/pulumi";
import { Container } from "pulumi-portainer";

const config = new pulumi.Config();

/** A secret of the CI system. A preview of a pull request has a placeholder in its place. */
function secret(name: string): pulumi.Output<string> {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: it is a secret of the CI system.`);
  return pulumi.secret(value);
}

// Server and environment are in stacks/main.yaml, the API key is a secret of the CI system.
const web = new Container("web", {
  name: config.require("name"),
  image: config.require("image"),
  command: ["httpd", "-f", "-p", "80", "-h", "/www"],
  env: { PAGE_PASSWORD: secret("PAGE_PASSWORD") },
  files: { "/www/index.html": "Hello from a pipeline.\n" },
  ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
  memory: "64m",
});

export const containerId = web.containerId;
