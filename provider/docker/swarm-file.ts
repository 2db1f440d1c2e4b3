/**
 * Secrets and configs of a swarm. An engine never changes their data, so other data is another object: its name has the
 * hash of the data, so that it can exist beside the old one while services move over.
 */
import { createHash, scryptSync } from "node:crypto";
import { z } from "zod";
import { type DockerClient, isApiError } from "../../client";
import type { SwarmFile } from "../../contract";
import { equal, noneIfEmpty } from "../core/diff";
import { ProviderError } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { filledIn } from "../core/schema";
import { type Engine, engineFields, unlessObjectGone } from "./engine";
import { labelsOf, labelsWith, type Texts } from "./identity";
import { isMadeBy } from "./maker";
import { atItsVersion } from "./version";

/** What an engine shows, with the name and the labels where the other objects of an engine have them. */
export interface Found extends SwarmFile {
  readonly Name: string;
  readonly Labels: Texts | null | undefined;
}

const HASH_DIGITS = 10;
/** A swarm's limit for names. */
const LONGEST_NAME = 64;
const LONGEST_PREFIX = LONGEST_NAME - HASH_DIGITS - 1;

export const PrefixSchema = (what: string) => {
  const rule = `is not the name of a ${what}: letters, digits, "_", "." or "-", beginning with a letter or digit, at most ${LONGEST_PREFIX}`;
  return filledIn(
    z
      .string()
      .max(LONGEST_PREFIX, { error: ({ input }) => `${JSON.stringify(input)} ${rule}` })
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, { error: ({ input }) => `${JSON.stringify(input)} ${rule}` }),
  );
};

/** The longest beginning of an engine's name that a program can say. */
export const prefixOf = (nameOnEngine: string): string => nameOnEngine.slice(0, LONGEST_PREFIX);

/** A driver of a swarm: of a store that secrets come from, or of templates. */
export const DriverSchema = z.strictObject({
  /** The driver's name. */
  name: z.string().min(1, "the driver's name is empty"),
  /** Options for the driver. @default none */
  options: z.record(z.string(), z.string()).optional(),
});
type Driver = z.infer<typeof DriverSchema>;

/** Text of at most so many bytes: a swarm's limit. */
export const Data = (what: string, limit: number) =>
  z.string().refine((text) => Buffer.byteLength(text) <= limit, {
    error: ({ input }) =>
      `the data has ${Buffer.byteLength(String(input))} bytes, and a swarm's ${what} has at most ${limit}`,
  });

/** The same for data that is no text, in base64. */
export const DataBase64 = (what: string, limit: number) =>
  z.base64("is not base64").refine((text) => Buffer.from(text, "base64").length <= limit, {
    error: ({ input }) =>
      `the data has ${Buffer.from(String(input), "base64").length} bytes, and a swarm's ${what} has at most ${limit}`,
  });

/** A swarm is reached through any of its managers, so its objects are on no node. */
export const swarmFields = {
  /** The environment of a manager of the swarm: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: engineFields.endpointId,
};

interface FileInputs {
  readonly name: string;
  readonly data?: string | undefined;
  readonly dataBase64?: string | undefined;
  readonly driver?: Driver | undefined;
  readonly templating?: Driver | undefined;
  readonly labels?: Texts | undefined;
}

/** All that an engine cannot change, in one text. */
const content = ({ data, dataBase64, driver, templating }: FileInputs): string =>
  JSON.stringify([
    dataBase64 === undefined ? (data ?? null) : { base64: dataBase64 },
    driver ?? null,
    ...(templating === undefined ? [] : [templating]),
  ]);

/** What an engine takes: base64. */
const wireData = ({ data, dataBase64 }: FileInputs): string | undefined =>
  dataBase64 ?? (data === undefined ? undefined : Buffer.from(data).toString("base64"));

/** `app-1f0c2a9b33`: the program's name, and a hash of all that an engine cannot change. */
export const configName = (inputs: FileInputs): string =>
  `${inputs.name}-${createHash("sha256").update(content(inputs)).digest("hex").slice(0, HASH_DIGITS)}`;

/** The same by a slow hash: whoever sees the name must not find a short password by trying all. */
export const secretName = (inputs: FileInputs): string =>
  `${inputs.name}-${scryptSync(content(inputs), inputs.name, HASH_DIGITS / 2).toString("hex")}`;

type Routes = DockerClient["secrets"] | DockerClient["configs"];

/** What secrets and configs have in common, as parts of a kind of `engineObject`. */
export function swarmFile(
  what: "secret" | "config",
  routes: (docker: DockerClient) => Routes,
  nameOnEngine: (inputs: FileInputs) => string,
) {
  const find = async ({ docker, call }: Engine, name: string): Promise<Found | undefined> => {
    const filters = JSON.stringify({ name: [name] });
    const list = await inSwarm(() => routes(docker).list({ query: { filters } }, call));
    const found = list.find(({ Spec }) => Spec.Name === name);
    return found && named(found);
  };

  const findById = async ({ docker, call }: Engine, id: string): Promise<Found | undefined> => {
    const found = await unlessObjectGone(() =>
      inSwarm(() => routes(docker).inspect({ params: { id } }, call)),
    );
    return found?.ID === id ? named(found) : undefined;
  };

  return {
    find,
    findById,
    nameOnEngine,
    /** Whatever is not the label is in the name, so the new object can exist beside the old one. */
    canCoexist: (changed: readonly string[]) => changed.some((key) => key !== "labels"),

    async create(engine: Engine, inputs: FileInputs): Promise<Found> {
      const { driver, templating, labels } = inputs;
      const name = nameOnEngine(inputs);
      const Data = wireData(inputs);
      const Spec = {
        Name: name,
        Labels: labelsWith(labels, engine),
        ...(Data !== undefined && { Data }),
        ...(driver && { Driver: toWire(driver) }),
        ...(templating && { Templating: toWire(templating) }),
      };
      const { docker, call, context } = engine;
      try {
        const { ID, Portainer } = await routes(docker).create({ body: Spec }, call);
        return named({ ID, Spec, Portainer });
      } catch (error) {
        if (!mayHaveHappened(error)) throw error;
        const made = await lookOnceBack(context.signal, () => find(engine, name));
        if (!made || !isMadeBy(context.urn, made.Labels)) throw error;
        return made;
      }
    },

    /** Gives the object the labels; all else is a replacement, or nothing that an engine knows. */
    async changeLabels(engine: Engine, id: string, olds: FileInputs, news: FileInputs): Promise<Found> {
      const { docker, call } = engine;
      const read = () => findById(engine, id);
      return await atItsVersion(read, async (now) => {
        if (!now) {
          throw new ProviderError(
            `the ${what} "${news.name}" is gone: it was deleted outside of Pulumi. Run \`pulumi refresh\` and \`pulumi up\` to create it again.`,
          );
        }
        if (equal(noneIfEmpty(olds.labels), noneIfEmpty(news.labels))) return now;
        const kept = Object.entries(labelsOf(now)).filter(([key]) => !(key in (olds.labels ?? {})));
        const body = {
          ...now.Spec,
          Data: now.Spec.Data ?? undefined,
          Labels: labelsWith(news.labels ?? Object.fromEntries(kept), engine),
        };
        const query = { version: now.Version?.Index ?? 0 };
        await routes(docker).update({ params: { id }, query, body }, call);
        return named({ ...now, Spec: { ...now.Spec, Labels: body.Labels } });
      });
    },

    async remove({ docker, call }: Engine, id: string, name: string): Promise<void> {
      try {
        await unlessObjectGone(() => repeatIfLost(() => routes(docker).delete({ params: { id } }, call)));
      } catch (error) {
        const [, users] =
          (isApiError(error) && /is in use by the following services?: (.+)/.exec(error.message)) || [];
        if (users === undefined) throw error;
        throw new ProviderError(
          `the ${what} "${name}" is in use by the services ${users}: nothing was deleted. Remove it from them first; a Service that has the resource among its \`${what}s\` is changed or removed before it.`,
        );
      }
    },

    /** The actual values; the name says what the data is, which an engine shows of configs only. */
    inputs(now: Found, desired: Partial<FileInputs> | undefined) {
      const { Data: data, Driver, Templating } = now.Spec;
      return {
        data: desired ? desired.data : data && Buffer.from(data, "base64").toString(),
        dataBase64: desired?.dataBase64,
        driver: fromWire(Driver),
        templating: fromWire(Templating),
        labels: labelsOf(now),
      };
    },
    createdAt: ({ CreatedAt }: Found) => CreatedAt,
  };
}

const named = (file: SwarmFile): Found => ({ ...file, Name: file.Spec.Name, Labels: file.Spec.Labels });

const toWire = ({ name, options }: Driver) => ({ Name: name, ...(options && { Options: options }) });

function fromWire(driver: SwarmFile["Spec"]["Driver"]): Driver | undefined {
  if (!driver) return undefined;
  const { Name: name, Options } = driver;
  return { name, ...(Options && Object.keys(Options).length > 0 && { options: Options }) };
}

/** Runs a call that only a manager of a swarm answers. */
export async function inSwarm<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isApiError(error) || !/not a swarm manager|not part of a swarm/i.test(error.message)) throw error;
    throw new ProviderError(
      `the environment's engine is no manager of a swarm: ${error.message} Nothing was changed. Name the environment of a manager, or make the engine a swarm first (\`docker swarm init\`).`,
    );
  }
}
