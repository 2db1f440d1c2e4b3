import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { makeCertificates } from "../support/certificates";
import { engineApi, sweep } from "../support/engine-api";
import {
  type EngineAnswers,
  type GoldenState,
  goldenProgram,
  goldenState,
  keepGolden,
  releases,
  type Values,
} from "../support/golden";
import { PASSWORD } from "../support/host";
import { engineUrl, registryOrSkip, testImage } from "../support/needs";
import { type Registry, startRegistry } from "../support/registry";
import { programEnvironment } from "../support/site";
import { must, openStack, program, type Stack, stackOrSkip, unique } from "../support/stack";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

const suite = process.env["TEST_PULUMI"] ? registryOrSkip() : stackOrSkip();
const PREFIX = "golden-";
const NEWEST = releases.at(-1) ?? "";
/** Set to a version, it keeps what this code stores as that release's golden state (see CONTRIBUTING.md). */
const { GOLDEN_RELEASE } = process.env;
/** Secrets that a program of a golden state is given; everything else in `Values` is plain. */
const SECRETS = ["password", "caCert", "clientCert", "clientKey"];

suite("the states that releases have made", () => {
  let server: RunningServer;
  let tcp: TinyEngine;
  let secured: TinyEngine;
  let registry: Registry;
  let values: Values;

  beforeAll(async () => {
    const certificates = await makeCertificates();
    server = await startServer({ admin: { password: PASSWORD } });
    tcp = await startTinyEngine();
    secured = await startTinyEngine({ certificates, clientAuth: true });
    registry = await startRegistry();
    const image = registry.name("app:1");
    await registry.push(testImage, image);
    values = {
      server: server.url,
      engine: engineUrl,
      tcpEngine: tcp.url,
      tlsEngine: secured.url,
      lax: secured.url.replace("127.0.0.1", "localhost"),
      password: PASSWORD,
      caCert: certificates.ca,
      clientCert: certificates.client.cert,
      clientKey: certificates.client.key,
      image,
    };
  });
  afterAll(async () => {
    for (const each of [tcp, secured, registry]) await each[Symbol.asyncDispose]();
    await server.stop();
  });

  async function open(prefix: string, release: string, given: Values): Promise<Stack> {
    const plain = Object.entries(given).filter(([name]) => !SECRETS.includes(name));
    const secret = Object.entries(given).filter(([name]) => SECRETS.includes(name));
    const { PORTAINER_ENDPOINT_ID: _none, ...env } = programEnvironment(prefix);
    return await openStack(await program(await goldenProgram(release)), {
      name: "golden",
      config: Object.fromEntries(plain.map(([name, value]) => [`program:${name}`, value])),
      secrets: Object.fromEntries(secret.map(([name, value]) => [`program:${name}`, value])),
      env,
    });
  }

  it("have no key that this code does not store", async () => {
    const prefix = `${unique("golden")}-`;
    const stack = await open(prefix, NEWEST, values);
    try {
      must(await stack.up());
      const state = (await stack.exportState()) as GoldenState;
      if (GOLDEN_RELEASE !== undefined) {
        await keepGolden(GOLDEN_RELEASE, state, await answersOf(state), {
          ...values,
          prefix,
          ...(await madeUp(state)),
        });
      }
      expect(keysOf(state)).toMatchObject(keysOf(await goldenState(NEWEST, { ...values, prefix })));
      must(await stack.destroy());
    } finally {
      await stack[Symbol.asyncDispose]();
      await sweep(prefix);
    }
  });

  it.each(releases)("of %s previews with no change and no request", async (release) => {
    const { image: _lookedUpAtEachPreview, ...given } = values;
    await using stack = await open(PREFIX, release, given);
    const { deployment, ...rest } = await goldenState(release, { ...values, prefix: PREFIX });
    const resources = deployment.resources.filter(({ external }) => !external);
    must(await stack.importState({ ...rest, deployment: { ...deployment, resources } }));
    const before = server.requests().length;
    const { changes } = must(await stack.preview({ args: ["--diff"] }));
    expect(changes).toEqual({
      same: resources.filter(({ urn }) => !urn.endsWith("::default")).length,
    });
    expect(server.requests()).toHaveLength(before);
  });
});

/** What the engine says of the objects of a state. */
async function answersOf({ deployment }: GoldenState): Promise<EngineAnswers> {
  const paths = deployment.resources.flatMap(({ type, id, outputs = {} }) => {
    if (type.endsWith(":Container")) return [`/containers/${outputs["containerId"]}/json`];
    if (type.endsWith(":Network"))
      return [`/networks/${outputs["name"]}`, `/networks/${outputs["networkId"]}`];
    if (type.endsWith(":Volume")) return [`/volumes/${outputs["name"]}`];
    return type.endsWith(":RemoteImage") ? [`/distribution/${String(id).replace(/^\d+\//, "")}/json`] : [];
  });
  const answers = await Promise.all(paths.map(async (path) => [path, (await engineApi("GET", path)).body]));
  return Object.fromEntries(answers) as EngineAnswers;
}

/** What servers and engines made up. */
async function madeUp({ deployment }: GoldenState): Promise<Values> {
  const { body: info } = await engineApi("GET", "/info");
  const outputs = deployment.resources.map(({ outputs = {} }) => outputs);
  return {
    dockerRoot: String(info["DockerRootDir"]),
    engineId: String(info["ID"]),
    instanceId: String(outputs.find(({ instanceId }) => instanceId)?.["instanceId"]),
    apiKey: plainOf(outputs.find(({ rawKey }) => rawKey)?.["rawKey"]),
  };
}

const plainOf = (secret: unknown): string => String(JSON.parse((secret as { plaintext: string }).plaintext));

/** The names of inputs and outputs, by resource. */
const keysOf = ({ deployment }: GoldenState): object =>
  Object.fromEntries(
    deployment.resources.map(({ urn, inputs = {}, outputs = {} }) => [
      urn.split("::").at(-1),
      { inputs: mapped(inputs), outputs: mapped(outputs) },
    ]),
  );
const mapped = (properties: object) => Object.fromEntries(Object.keys(properties).map((key) => [key, true]));
