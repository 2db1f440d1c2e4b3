import * as pulumi from "@pulumi/pulumi";

/** A resource as the SDK hands it to the engine. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly id: string | undefined;
}

/** Runs a program against a stand-in for the engine, and returns what it registered. */
export async function register(
  program: () => unknown,
  config: Readonly<Record<string, string>> = {},
): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, id }) {
        registered.push({ type, name, inputs, id });
        return { id: id || `${name}-id`, state: inputs };
      },
      call: () => ({}),
    },
    "shop",
    "dev",
  );
  pulumi.runtime.setAllConfig(config);
  program();
  await pulumi.runtime.disconnect();
  return registered;
}
