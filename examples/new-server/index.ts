import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

// The administrator, a key, a Provider that uses the key, and the environments: what every installation begins with.
// `examples/bootstrap` has the same, resource by resource.
const office = new portainer.Bootstrap("office", {
  url: new pulumi.Config("portainer").require("url"),
  password: config.requireSecret("password"),
  endpoints: {
    local: config.require("engine"),
    // An environment may say all that an Endpoint can.
    batch: { url: config.require("engine"), security: { allowPrivilegedModeForRegularUsers: false } },
  },
});

const { local } = office.endpoints;
new portainer.Container(
  "web",
  {
    endpointId: local,
    name: config.require("name"),
    image: config.require("image"),
    command: ["httpd", "-f", "-p", "80", "-h", "/www"],
    files: { "/www/index.html": "Hello from a server that was empty.\n" },
    ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
  },
  { provider: office.provider },
);

// For pipelines and other programs; a secret output. `pulumi stack output apiKey --show-secrets` shows it.
export const apiKey = office.apiKey;
export const endpointId = local.endpointId;
