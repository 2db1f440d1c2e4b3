import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeCertificates } from "../support/certificates";
import type { CliResult } from "../support/cli";
import { engineApi, inspect } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { stackOrSkip } from "../support/stack";

/** What is wrong with a container, each with what has to be said about it. */
const wrong: readonly [title: string, args: string, said: RegExp][] = [
  ["an unknown property", "colour: 'blue'", /unknown property `colour`/],
  ["another tool's word", "environment: { A: '1' }", /did you mean `env`\?/],
  [
    "a wrong type deep inside",
    "ports: [{ containerPort: 'eighty' }, { containerPort: 80, hostPort: 70000 }]",
    /ports\[0\]\.containerPort/,
  ],
  ["a port out of range", "", /ports\[1\]\.hostPort[^\n]*65535/],
  ["a bad image reference", "image: 'Not An Image'", /image[^\n]*(reference|image)/i],
  ["a size that is none", "memory: '512x'", /memory[^\n]*512m/],
];

stackOrSkip()("a preview of bad input", () => {
  let site: Site;
  let result: CliResult;
  let requests: string[];

  beforeAll(async () => {
    const args = wrong.map(([, text]) => text).filter(Boolean);
    site = await openSite(`new portainer.Container("web", { ...sleeper, ${args.join(", ")} });`);
    requests = await site.requestsOf(async () => {
      result = await site.stack.preview();
    });
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const errors = ({ diagnostics }: CliResult, name: string) =>
    diagnostics.filter((line) => line.startsWith(`${name}: error`)).join("\n");

  it("fails, and asks the server nothing", () => {
    expect(result.code).not.toBe(0);
    expect(requests).toEqual([]);
  });

  it.each(wrong)("names the resource, the property and the remedy of %s", (_title, _args, said) => {
    expect(errors(result, "web")).toMatch(said);
  });

  it("asks whether 512 bytes are 512 megabytes", async () => {
    await site.write('new portainer.Container("web", { ...sleeper, memory: 512 });');
    expect(errors(await site.stack.preview(), "web")).toMatch(/memory[^\n]*512 bytes; did you mean "512m"\?/);
  });

  it("refuses a secret build argument, which the image's history would keep, and does not show it", async () => {
    await site.write(
      'new portainer.Image("app", { name: "app:1", build: { context: ".", args: { PW: pulumi.secret("correct-horse-9") } } });',
    );
    const refused = await site.stack.preview();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/Image "app": a value of `build.args` is secret[\s\S]*allowSecretArgs/);
    expect(refused.output).not.toContain("correct-horse-9");
  });

  it("sees that a key is not that of its certificate, and shows neither", async () => {
    const { ca, client, otherClient } = await makeCertificates();
    const tls = { caCert: ca, clientCert: client.cert, clientKey: otherClient.key };
    await site.write(
      `new portainer.Endpoint("edge", { url: "tcp://10.0.7.10:2376", tls: ${JSON.stringify(tls)} });`,
    );
    const refused = await site.stack.preview();
    expect(errors(refused, "edge")).toMatch(/tls[^\n]*is not the key of `clientCert`/);
    expect(refused.output).not.toMatch(/BEGIN [A-Z ]*(KEY|CERTIFICATE)/);
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
