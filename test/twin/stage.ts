import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../server";
import { startTcpForwarder, startTlsForwarder } from "../support/engine-forwarders";
import { engineSocket, engineUrl, testImage } from "../support/needs";
import { ensureImage, isSwarmManager, sweep } from "./engine";
import type { Stage } from "./play";
import type { Scenario } from "./scenario";
import type { Fixtures } from "./send";
import type { Variables } from "./variables";

/** Everything that conversations need besides the server. */
export interface Theatre extends AsyncDisposable {
  readonly has: ReadonlySet<string>;
  /** Plays on a fresh server, or on the one at `TWIN_URL`; cleans the engine before and after. */
  stage<T>(perform: (stage: Stage) => Promise<T>): Promise<T>;
}

export async function openTheatre(): Promise<Theatre> {
  const folder = await mkdtemp(join(tmpdir(), "twin-"));
  const closing: AsyncDisposable[] = [];
  const has = new Set<string>();
  const variables: Variables = {
    bogus_engine_url: `unix://${join(folder, "none.sock")}`,
    bogus_tcp_url: "tcp://127.0.0.1:1",
  };
  let fixtures: Fixtures = new Map();
  if (engineUrl) {
    await ensureImage(engineSocket, testImage);
    const tcp = await startTcpForwarder(engineSocket);
    const tls = await startTlsForwarder(engineSocket, { clientAuth: true });
    const tlsOnly = await startTlsForwarder(engineSocket, { clientAuth: false });
    closing.push(tcp, tls, tlsOnly);
    variables["engine_url"] = engineUrl;
    variables["engine_tcp_url"] = tcp.url;
    variables["engine_tls_url"] = tls.url;
    variables["engine_tlsnc_url"] = tlsOnly.url;
    fixtures = fixturesOf(tls.certificates);
    for (const need of ["engine", "engine-tcp", "engine-tls"]) has.add(need);
    if (hasCompose()) has.add("compose");
    if (await isSwarmManager(engineSocket)) {
      variables["swarm_engine_url"] = engineUrl;
      variables["swarm_engine_tcp_url"] = tcp.url;
      has.add("swarm");
    }
  }
  return {
    has,
    async stage(perform) {
      if (engineUrl) await sweep(engineSocket);
      try {
        const url = process.env["TWIN_URL"];
        if (url) return await perform({ url, variables: { ...variables, data: "/data" }, fixtures });
        const data = await mkdtemp(join(folder, "data-"));
        await using server = await startServer({ data });
        return await perform({ url: server.url, variables: { ...variables, data }, fixtures });
      } finally {
        if (engineUrl) await sweep(engineSocket);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const each of closing) await each[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const lacking = ({ needs }: Scenario, { has }: Pick<Theatre, "has">): string[] =>
  needs.filter((need) => !has.has(need));

function fixturesOf({
  ca,
  client,
  otherCa,
  otherClient,
}: Awaited<ReturnType<typeof startTlsForwarder>>["certificates"]): Fixtures {
  return new Map([
    ["ca.pem", ca],
    ["cert.pem", client.cert],
    ["key.pem", client.key],
    ["bad-ca.pem", otherCa],
    ["bad-cert.pem", otherClient.cert],
    ["bad-key.pem", otherClient.key],
  ]);
}

function hasCompose(): boolean {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
