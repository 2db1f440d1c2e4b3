import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();
const name = config.require("name");

// Environment, server and key come from stack config: `portainer:endpointId` names a manager of the swarm.
// What its swarm is set to; what is not said here stays as it is, and `pulumi destroy` only forgets it.
new portainer.Swarm("swarm", { adopt: "replace", taskHistoryLimit: 5 });
new portainer.Node("manager", {
  name: config.require("node"),
  labels: { zone: "north" },
  availability: "active",
});

const backend = new portainer.Network(`${name}-backend`, { driver: "overlay", attachable: true });

// Their names in the swarm end in a hash: other data makes another one, the service moves over to it, and the old one goes.
const password = new portainer.Secret(`${name}-password`, { data: config.requireSecret("password") });
const page = new portainer.Config(`${name}-page`, { data: `<h1>${config.require("title")}</h1>` });

// `up` waits until both tasks run. A change that fails is undone by the swarm, and `up` says what the task said.
const web = new portainer.Service(name, {
  image: config.require("image"),
  command: ["httpd", "-f", "-p", "80", "-h", "/www"],
  replicas: 2,
  networks: [backend],
  secrets: [{ secret: password, target: "password", mode: 0o400 }],
  configs: [{ config: page, target: "/www/index.html" }],
  limits: { cpus: 0.5, memory: "64m" },
  placement: { spread: ["node.labels.zone"] },
  stopSignal: "SIGKILL",
  updateConfig: { order: "start-first", failureAction: "rollback", monitor: "1s" },
});

// Whoever has this URL can have the swarm pull the image and deploy it again, without a login: for the end of a build.
const deploy = new portainer.Webhook(`${name}-deploy`, { serviceId: web.serviceId });

export const serviceId = web.serviceId;
export const passwordName = password.secretName;
export const deployUrl = deploy.webhookUrl;
