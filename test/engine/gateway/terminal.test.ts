import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, jest, test } from "@jest/globals";
import { WebSocket } from "ws";
import { dockerCli } from "../../support/docker-cli";
import { startGateway } from "../../support/gateway";
import { engineOrSkip, engineUrl, testImage } from "../../support/needs";
import { transports } from "../../support/transports";

jest.setTimeout(60_000);

engineOrSkip().each(Object.entries(transports))("a terminal on an engine on %s", (_, start) => {
  test("types into a shell and reads what it says", async () => {
    await using transport = await start();
    await using gateway = await startGateway(transport.environment);
    await using docker = await dockerCli(engineUrl);
    const name = `gw-${randomUUID().slice(0, 8)}`;
    await docker(["run", "-d", "--rm", "--name", name, "--stop-timeout", "0", testImage, "sleep", "1000"]);
    try {
      const body = { Cmd: ["sh"], Tty: true, AttachStdin: true, AttachStdout: true, AttachStderr: true };
      const created = await fetch(`${gateway.url}/containers/${name}/exec`, {
        method: "POST",
        headers: { "X-API-Key": "admin", "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const { Id } = (await created.json()) as { Id: string };
      const url = new URL(`/api/websocket/exec?endpointId=1&id=${Id}`, gateway.url.replace("http", "ws"));
      const socket = new WebSocket(url, { headers: { "X-API-Key": "admin" } });
      let seen = "";
      socket.on("message", (text) => {
        seen += text;
      });
      await once(socket, "open");
      socket.send("echo $((6 * 7)); exit\n");
      await once(socket, "close");
      expect(seen).toContain("42");
    } finally {
      await docker(["rm", "-f", name]);
    }
  });
});
