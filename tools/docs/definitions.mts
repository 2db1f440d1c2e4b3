import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import type { Routes } from "../../contract/route.ts";
import type { Change } from "../../provider/core/definition.ts";
import type { AnyArgument } from "../../provider/docker/container/arguments/argument.ts";
import type { Matrix } from "./matrix.mts";
import type { Decided } from "./recordings.mts";
import { type Resource, readResources } from "./resources.mts";

/** What the reference needs of a resource's definition besides its documentation. */
export interface Facts {
  readonly schema: z.ZodObject;
  readonly properties: Readonly<Record<string, { readonly change?: Change }>>;
  readonly secrets: readonly string[];
}

export interface Definitions {
  readonly resources: readonly Resource[];
  readonly facts: Readonly<Record<string, Facts>>;
  /** The exports of `provider/functions`, and the settings of a provider that are secret. */
  readonly functions: Readonly<Record<string, unknown>>;
  readonly secretSettings: readonly string[];
  readonly isFilledIn: (schema: object) => boolean;
  readonly containerArguments: Readonly<Record<string, AnyArgument>>;
  readonly containerMatrix: Matrix;
  readonly environmentName: (key: never) => string;
  readonly configName: (key: never) => string;
  readonly contract: Readonly<Record<string, Routes>>;
  readonly dockerContract: Readonly<Record<string, Routes>>;
  readonly decided: Decided;
}

/** Loads the provider's definitions from their sources, so that a page never describes an older build. */
export async function loadDefinitions(clone: string): Promise<Definitions> {
  registerHooks({
    resolve: (specifier, context, next) => next(withExtension(specifier, context.parentURL), context),
    load: (url, context, next) =>
      next(url, url.endsWith(".ts") ? { ...context, format: "module-typescript" } : context),
  });
  const load = (path: string) => import(`${clone}/provider/${path}`);
  const { DECISIONS, SOFT_DIFFERENCES } = await import(`${clone}/test/twin/decisions.ts`);
  const { contract, dockerContract } = await import(`${clone}/contract/index.ts`);
  const resources = readResources(clone);
  const facts = await Promise.all(
    resources.map(async ({ name, provider, definition }) => {
      const { [definition]: found } = await import(`${clone}/${provider}`);
      return [name, found as Facts] as const;
    }),
  );
  const { containerArguments } = await load("docker/container/arguments/index.ts");
  const { rowsOf, elsewhere } = await import(`${clone}/test/engine/container/rows.ts`);
  const { environmentName, configName, SECRET_SETTINGS } = await load("core/connection-settings.ts");
  const { isFilledIn } = await load("core/schema.ts");
  return {
    resources,
    facts: Object.fromEntries(facts),
    functions: await load("functions/index.ts"),
    secretSettings: SECRET_SETTINGS,
    isFilledIn,
    containerArguments,
    containerMatrix: { rows: rowsOf("", "nginx:1.27", "nginx:1.28"), elsewhere },
    environmentName,
    configName,
    contract,
    dockerContract,
    decided: { differing: DECISIONS, soft: SOFT_DIFFERENCES },
  };
}

/** The sources leave extensions out, and Node does not guess. */
function withExtension(specifier: string, parent: string | undefined): string {
  if (!specifier.startsWith(".") || parent === undefined || /\.m?[jt]s$/.test(specifier)) return specifier;
  const candidates = [".ts", "/index.ts"].map((ending) => new URL(`${specifier}${ending}`, parent));
  return candidates.find((url) => existsSync(fileURLToPath(url)))?.href ?? specifier;
}
