import { describe, expect, test } from "@jest/globals";
import type { z } from "zod";
import { type DynamicProvider, dynamicProvider } from "../../../provider/core/adapter";
import type { Definition } from "../../../provider/core/definition";
import { hasUnknown, UNKNOWN } from "../../../provider/core/properties";
import { config } from "../../../provider/docker/config";
import { container } from "../../../provider/docker/container";
import { containerArguments } from "../../../provider/docker/container/arguments";
import { network } from "../../../provider/docker/network";
import { node } from "../../../provider/docker/node";
import { secret } from "../../../provider/docker/secret";
import { service } from "../../../provider/docker/service";
import { volume } from "../../../provider/docker/volume";
import { adminUser } from "../../../provider/portainer/admin-user";
import { apiKey } from "../../../provider/portainer/api-key";
import { endpoint } from "../../../provider/portainer/endpoint";
import { sample, unknownForms, withRequired } from "./forms";

type Inputs = Readonly<Record<string, unknown>>;

interface Subject {
  readonly schema: z.ZodObject;
  readonly properties: Readonly<Record<string, { readonly change?: string }>>;
  readonly provider: DynamicProvider;
}

const subject = <Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
): Subject => ({ ...definition, provider: dynamicProvider(definition) });

/** What a program must give, and what goes on beside it. */
const subjects: Readonly<Record<string, readonly [Subject, beside: readonly Inputs[]]>> = {
  AdminUser: [subject(adminUser), [{}]],
  ApiKey: [subject(apiKey), [{}]],
  Container: [
    subject(container),
    [{}, { replacement: "rollout" }, { replacement: "replace" }, { replacement: "never" }],
  ],
  Endpoint: [subject(endpoint), [{}]],
  Network: [subject(network), [{}]],
  Config: [subject(config), [{}]],
  Node: [subject(node), [{}]],
  Secret: [subject(secret), [{}]],
  Service: [subject(service), [{}]],
  Volume: [subject(volume), [{}, { recreate: true }]],
};

/** What `check` fills in where a program leaves it out. */
const filled = { endpointId: 1, name: "web", description: "ci" };

/** The value at a failure's `ports[0].hostPort`; what is inside a value that is not known yet is not known either. */
function valueAt(inputs: Inputs, property: string): unknown {
  return property
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .reduce<unknown>(
      (value, step) => (typeof value === "object" && value !== null ? (value as Inputs)[step] : value),
      inputs,
    );
}

const rows = Object.entries(subjects).flatMap(([type, [{ schema }]]) =>
  Object.keys(schema.shape).map((key) => ({ type, key })),
);

describe.each(rows)("a value of $type $key that is not known yet", ({ type, key }) => {
  const [{ schema, provider, properties }, beside] = subjects[type] as (typeof subjects)[string];
  const field = schema.shape[key] as z.ZodType;
  const unset = withRequired(schema, { ...filled, [key]: undefined });
  const forms = unknownForms(field);

  test("is not judged when it is created", async () => {
    for (const form of forms) {
      const inputs = { ...unset, [key]: form };
      const { failures } = await provider.check({}, inputs);
      const judged = failures.filter(({ property }) => hasUnknown(valueAt(inputs, property)));
      expect([form, judged]).toEqual([form, []]);
    }
  });

  test.each(beside)("shows as a change of what there is, with %p", async (options) => {
    for (const form of forms) {
      for (const earlier of [undefined, sample(field)]) {
        const olds = { ...unset, ...options, [key]: earlier };
        const news = { ...unset, ...options, [key]: form };
        const { changes } = await provider.diff("1", olds, news);
        expect([form, changes]).toEqual([form, properties[key]?.change !== "none"]);
      }
    }
  });
});

describe("a container's value that is not known yet", () => {
  const { provider, schema } = subject(container);
  const base = { endpointId: 1, name: "web", image: "a" };
  /** The engine changes these on the container that runs, whatever they turn out to be. */
  const inPlace = ["name", "restart", "access", "desiredState", "pidsLimit"];
  const keys = Object.keys(schema.shape).filter(
    (key) =>
      !["endpointId", "nodeName"].includes(key) && containerArguments[key as never]["change"] !== "setting",
  );

  test.each(keys)("%s is claimed to need a new container, unless it never does", async (key) => {
    const replaces = async (replacement: unknown) =>
      (await provider.diff("1", base, { ...base, [key]: UNKNOWN, replacement })).replaces;
    expect(await replaces("replace")).toEqual(inPlace.includes(key) ? [] : [key]);
    expect(await replaces(UNKNOWN)).toEqual(inPlace.includes(key) ? [] : [key]);
    expect(await replaces("never")).toEqual([]);
  });

  test("leaves the rest of `files` to be judged", async () => {
    const olds = { ...base, files: { "/a": "1", "/b": "2" } };
    const replaces = async (files: unknown) =>
      (await provider.diff("1", olds, { ...base, files, replacement: "replace" })).replaces;
    expect(await replaces({ "/a": UNKNOWN, "/b": "2" })).toEqual([]);
    expect(await replaces({ "/a": UNKNOWN })).toEqual(["files"]);
  });
});
