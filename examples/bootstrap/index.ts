import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();
const url = new pulumi.Config("portainer").require("url");
const hostPort = config.requireNumber("hostPort");

// The administrator comes first: nobody can log in to an empty server. On a server that already has one, the same
// line logs in and takes it over.
const admin = new portainer.AdminUser("admin", { password: config.requireSecret("password") });

// Logs in with the password, to make the key that everything else uses. A Provider may be made of the outputs of
// other resources, so all of this is one `pulumi up`.
const owner = new portainer.Provider("owner", { url, username: admin.username, password: admin.password });
const key = new portainer.ApiKey("ci", { description: "ci" }, { provider: owner });
const ci = new portainer.Provider("ci", { url, apiKey: key.rawKey });

// An environment is an engine that Portainer looks after. A resource may stand wherever its id is asked for.
const local = new portainer.Endpoint("local", { url: config.require("engine") }, { provider: ci });

const web = new portainer.Container(
  "web",
  {
    name: config.require("name"),
    endpointId: local,
    image: config.require("image"),
    command: ["httpd", "-f", "-p", "80", "-h", "/www"],
    files: { "/www/index.html": "Hello from a container that Pulumi runs through Portainer.\n" },
    ports: [{ containerPort: 80, hostPort }],
    restart: "unless-stopped",
    memory: "64m",
  },
  { provider: ci },
);

export const page = pulumi.interpolate`http://127.0.0.1:${hostPort}/`;
export const containerId = web.containerId;
