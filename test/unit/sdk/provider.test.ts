import { describe, expect, test } from "@jest/globals";
import { Provider, type ProviderArgs } from "../../../sdk";
import { register } from "./kit";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

async function settings(args: ProviderArgs, config = {}): Promise<Record<string, unknown>> {
  const [provider] = await register(() => new Provider("own", args), config);
  return Object.fromEntries(
    Object.entries(provider?.inputs ?? {})
      .filter(([key]) => key !== "portainer:explicit")
      .map(([key, value]) => [key.replace("portainer:", ""), plain(value)]),
  );
}

function plain(value: unknown): unknown {
  const isSecret = typeof value === "object" && value !== null && SIGNATURE in value;
  return isSecret ? { secret: (value as unknown as { value: unknown }).value } : value;
}

const CONFIG = {
  "portainer:url": "http://config",
  "portainer:apiKey": "config-key",
  "portainer:endpointId": "4",
};

describe("a Provider", () => {
  test("hands its settings over as text, the confidential ones as secrets", async () => {
    expect(
      await settings({
        url: "http://own",
        apiKey: "key",
        endpointId: 3,
        skipVerify: true,
        requestTimeout: 5,
        headers: { "X-Team": "ops" },
      }),
    ).toEqual({
      url: "http://own",
      apiKey: { secret: "key" },
      endpointId: "3",
      skipVerify: "true",
      requestTimeout: "5",
      headers: { secret: '{"X-Team":"ops"}' },
    });
  });

  test("with a url takes nothing from stack config", async () => {
    expect(await settings({ url: "http://own" }, CONFIG)).toEqual({ url: "http://own" });
  });

  test("without a url takes the rest from stack config", async () => {
    expect(await settings({}, CONFIG)).toMatchObject({
      url: "http://config",
      apiKey: { secret: "config-key" },
      endpointId: "4",
    });
  });

  test("with credentials of its own takes none from stack config", async () => {
    const own = await settings({ username: "admin", password: "p" }, CONFIG);
    expect(own).toMatchObject({ url: "http://config", username: "admin", password: { secret: "p" } });
    expect(own).not.toHaveProperty("apiKey");
  });

  test("is open to the environment only without a url", async () => {
    const explicit = async (args: ProviderArgs) => {
      const [provider] = await register(() => new Provider("own", args), CONFIG);
      return plain(provider?.inputs["portainer:explicit"]);
    };
    expect([await explicit({ url: "http://own" }), await explicit({ endpointId: 1 })]).toEqual([
      "true",
      "false",
    ]);
  });

  test("is known as one by another copy of the package", async () => {
    let owns = [false, true];
    await register(() => {
      owns = [Provider.owns(new Provider("own", { url: "http://own" })), Provider.owns({})];
    });
    expect(owns).toEqual([true, false]);
  });
});
