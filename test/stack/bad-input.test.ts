import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeCertificates } from "../support/certificates";
import type { CliResult } from "../support/cli";
import { engineApi, inspect } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { stackOrSkip } from "../support/stack";

/** What is wrong with a resource of this name, its declaration and what has to be said about it. */
const wrong: readonly [name: string, args: string, said: RegExp][] = [
  ["unknown", "{ ...sleeper, colour: 'blue' }", /unknown property `colour`/],
  ["misnomer", "{ ...sleeper, environment: { A: '1' } }", /did you mean `env`\?/],
  ["deep", "{ ...sleeper, ports: [{ containerPort: 'eighty' }] }", /ports\[0\]\.containerPort/],
  [
    "range",
    "{ ...sleeper, ports: [{ containerPort: 80, hostPort: 70000 }] }",
    /ports\[0\]\.hostPort[\s\S]*65535/,
  ],
  ["reference", "{ ...sleeper, image: 'Not An Image' }", /image[\s\S]*(reference|image)/i],
  ["size", "{ ...sleeper, memory: '512x' }", /memory[\s\S]*512m/],
  ["bytes", "{ ...sleeper, memory: 512 }", /512 bytes; did you mean 512m\?/],
];

stackOrSkip()("a preview of bad input", () => {
  let site: Site;
  let result: CliResult;
  let requests: string[];

  beforeAll(async () => {
    const { ca, client, otherClient } = await makeCertificates();
    const containers = wrong.map(([name, args]) => `new portainer.Container("${name}", ${args});`);
    site = await openSite(`${containers.join("\n")}
new portainer.Endpoint("mismatch", { url: "tcp://10.0.7.10:2376", tls: ${JSON.stringify({
      caCert: ca,
      clientCert: client.cert,
      clientKey: otherClient.key,
    })} });`);
    requests = await site.requestsOf(async () => {
      result = await site.stack.preview();
    });
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  it("fails, and asks the server nothing", () => {
    expect(result.code).not.toBe(0);
    expect(requests).toEqual([]);
  });

  it.each(wrong)("names the resource, the property and the remedy: %s", (name, _args, said) => {
    expect(result.diagnostics.filter((line) => line.startsWith(`${name}: error`)).join("\n")).toMatch(said);
  });

  it("sees that a key is not that of its certificate, and shows neither", () => {
    const lines = result.diagnostics.filter((line) => line.startsWith("mismatch: error")).join("\n");
    expect(lines).toMatch(/tls\.clientKey[\s\S]*is not the key of `clientCert`/);
    expect(result.output).not.toMatch(/BEGIN [A-Z ]*(KEY|CERTIFICATE)/);
  });
});

stackOrSkip()("an `up` that cannot work", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite('new portainer.Container("web", { ...sleeper, name: named("web") });');
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const failing = async (env: Record<string, string>): Promise<string> => {
    const { code, output } = await site.stack.up({ env });
    expect(code).not.toBe(0);
    return output;
  };

  it("says which credential is missing, and where it may be set", async () => {
    const output = await failing({ PORTAINER_API_KEY: "", PORTAINER_USERNAME: "admin" });
    expect(output).toMatch(
      /web[\s\S]*no password: set `password` of the Provider, stack config portainer:password or PORTAINER_PASSWORD/,
    );
  });

  it("says that there are no credentials at all", async () => {
    const output = await failing({ PORTAINER_API_KEY: "" });
    expect(output).toMatch(/PORTAINER_API_KEY/);
  });

  it("says that there is no url, and where it may be set", async () => {
    expect(await failing({ PORTAINER_URL: "" })).toMatch(
      /no Portainer url: set `url` of the Provider, stack config portainer:url or PORTAINER_URL/,
    );
  });

  it("says that two kinds of credentials are given", async () => {
    const output = await failing({ PORTAINER_USERNAME: "admin", PORTAINER_PASSWORD: "x" });
    expect(output).toMatch(/both an API key and a username/);
  });

  it("says that nobody listens at the server's address", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await failing({ PORTAINER_URL: url })).toMatch(new RegExp(`${url}[\\s\\S]*ECONNREFUSED|refused`));
  });

  it("names the stranger that holds the name, and the ways on", async () => {
    const name = `${site.prefix}web`;
    await engineApi("POST", `/containers/create?name=${name}`, { Image: testImage, Cmd: ["true"] });
    const output = await failing({});
    expect(output).toContain(`a container named "${name}" is already on environment 1`);
    expect(output).toMatch(/adopt: "matching"[\s\S]*adopt: "replace"/);
    expect((await inspect(name))?.Config["Cmd"]).toEqual(["true"]);
    expect((await site.stack.state()).resource("web")).toBeUndefined();
  });
});
