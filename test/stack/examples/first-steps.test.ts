import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../../server";
import { startTlsForwarder } from "../../support/engine-forwarders";
import { PASSWORD } from "../../support/host";
import { engineSocket, testImage } from "../../support/needs";
import { onEnvironment, onNewServer, play } from "../../support/scenes";

play({
  bootstrap: onNewServer((name) => ({
    containers: [name],
    page: "Hello from a container that Pulumi runs through Portainer.",
  })),

  "new-server": onNewServer((name) => ({
    containers: [name],
    page: "Hello from a server that was empty.",
  })),

  "stack-config": onEnvironment((name) => ({ containers: [name], page: "Hello from the stack" })),

  async "tls-environment"(name, hostPort) {
    const server = await startServer({ admin: { password: PASSWORD } });
    const engine = await startTlsForwarder(engineSocket, { clientAuth: true });
    const { ca, client } = engine.certificates;
    const certificates = await mkdtemp(join(tmpdir(), "certificates-"));
    await writeFile(join(certificates, "ca.pem"), ca);
    await writeFile(join(certificates, "cert.pem"), client.cert);
    await writeFile(join(certificates, "key.pem"), client.key);
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        engine: engine.url,
        certificates,
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
      containers: [name],
      page: "Hello from the other end of a TLS connection.",
      environments: 0,
      keys: 1,
      async close() {
        await engine[Symbol.asyncDispose]();
        await rm(certificates, { recursive: true });
      },
    };
  },
});
