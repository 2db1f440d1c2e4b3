import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

// What differs between the stacks is configuration (`stacks/`): which server and environment (`portainer:url`,
// `portainer:endpointId`), how much, how many. There is no `if (stack === "production")`.
const config = new pulumi.Config();
const stack = pulumi.getStack();
const name = config.require("name");
const options = { protect: config.requireBoolean("protect") };
const image = config.require("image");
const memory = config.require("memory");

const data = new portainer.Volume("data", { name: `${name}-data` }, options);
const volumes = [{ source: data, target: "/data" }];

const web = new portainer.Container(
  "web",
  {
    name: `${name}-web`,
    image,
    command: ["httpd", "-f", "-p", "80", "-h", "/www"],
    files: { "/www/index.html": `Hello from ${stack}.\n` },
    ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
    volumes,
    memory,
  },
  options,
);

for (let number = 1; number <= config.requireNumber("workers"); number += 1) {
  new portainer.Container(
    `worker-${number}`,
    {
      name: `${name}-worker-${number}`,
      image,
      command: ["sleep", "infinity"],
      stopTimeout: 1,
      env: { STAGE: stack },
      volumes,
      memory,
    },
    options,
  );
}

export const containerId = web.containerId;
