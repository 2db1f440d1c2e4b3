import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

/** A PEM from stack config, where a pipeline would keep it, or from a file. It is secret in the state either way. */
const pem = (key: string, file: string): pulumi.Input<string> =>
  config.getSecret(key) ?? readFileSync(join(config.require("certificates"), file), "utf8");

// Portainer checks the engine's certificate against `caCert`, and shows `clientCert` to it. Other files under the same
// names are a rotation in place: what runs on the environment stays untouched.
const edge = new portainer.Endpoint("edge", {
  name: config.require("environment"),
  url: config.require("engine"),
  tls: {
    caCert: pem("caCert", "ca.pem"),
    clientCert: pem("clientCert", "cert.pem"),
    clientKey: pem("clientKey", "key.pem"),
  },
});

const web = new portainer.Container("web", {
  name: config.require("name"),
  endpointId: edge,
  image: config.require("image"),
  command: ["httpd", "-f", "-p", "80", "-h", "/www"],
  files: { "/www/index.html": "Hello from the other end of a TLS connection.\n" },
  ports: [{ containerPort: 80, hostPort: config.requireNumber("hostPort") }],
  restart: "unless-stopped",
});

export const environmentId = edge.endpointId;
export const fingerprints = edge.tlsFingerprints;
export const containerId = web.containerId;
