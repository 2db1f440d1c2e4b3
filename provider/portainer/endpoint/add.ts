import type { PortainerClient } from "../../../client";
import { CreationType, type Endpoint } from "../../../contract";
import { type Pauses, until } from "../../core/concurrency";
import type { Context } from "../../core/definition";
import { type Directory, IDS_ALONE } from "../../core/directory";
import { ProviderError } from "../../core/errors";
import { lookOnceBack, mayHaveHappened } from "../../core/lost-answer";
import { idNumber } from "../../core/schema";
import { isLasting, isUnreachable, patience, unreachable } from "./reach";
import type { EndpointInputs } from "./schema";
import { filesOf, type Tls } from "./tls";
import { differences, typeOf } from "./view";

/** Adopts an existing environment with the desired name, if the program allows it. */
export function adopt(found: Endpoint, desired: EndpointInputs, directory: Directory): Endpoint {
  const present = `environment ${found.Id} (${found.URL})`;
  if (desired.adopt === undefined) {
    throw new ProviderError(
      `the name "${desired.name}" is taken by ${present}, and Portainer does not say who made it. ` +
        'If it was made by this program and its resource was renamed or moved, say so with the resource option `aliases: [{ name: "…" }]`. ' +
        'Otherwise choose another name, or say what is to be done with it: `adopt: "matching"` takes it if it is as the program says, `adopt: "replace"` takes it and changes it.',
    );
  }
  const different = differences(found, desired, directory);
  if (typeOf(found) !== desired.type || different.includes("containerEngine")) {
    throw new ProviderError(
      `${present} has the name "${desired.name}" and is of another type, which cannot be changed: delete it, or choose another name.`,
    );
  }
  if (desired.adopt === "matching" && different.length > 0) {
    throw new ProviderError(
      `${present} has the name "${desired.name}" and differs in ${different.join(", ")}. Set these as they are there, or \`adopt: "replace"\` to have them changed.`,
    );
  }
  return found;
}

/** The environment with this name; names are unique and case-sensitive. Older servers ignore the `name` filter. */
export async function findByName(
  { endpoints }: PortainerClient,
  name: string,
): Promise<Endpoint | undefined> {
  const found = await endpoints.list({ query: { name, excludeSnapshots: "true" } });
  return found.find(({ Name }) => Name === name);
}

type Form = Parameters<PortainerClient["endpoints"]["create"]>[0]["form"];

/** An agent uses a self-signed certificate. */
const AGENT_TLS: Tls = { skipVerify: true, skipClientVerify: true };

/** The form that creates the environment. It has no fields for access and security, so these are set afterwards. */
function createForm(desired: EndpointInputs): Form {
  const tls = desired.type === "agent" ? AGENT_TLS : desired.tls;
  return {
    Name: desired.name,
    URL: desired.url,
    EndpointCreationType: String(CreationType[desired.type]),
    ...(desired.containerEngine && { ContainerEngine: desired.containerEngine }),
    ...(desired.publicUrl !== undefined && { PublicURL: desired.publicUrl }),
    ...(desired.groupId !== undefined && { GroupID: String(idNumber(desired.groupId)) }),
    ...(desired.tagIds && { TagIds: JSON.stringify(desired.tagIds.map(idNumber)) }),
    ...(tls && tlsFields(tls)),
  };
}

function tlsFields(tls: Tls): Partial<Form> {
  const { ca, cert, key } = filesOf(tls);
  return {
    TLS: "true",
    TLSSkipVerify: String(tls.skipVerify ?? false),
    TLSSkipClientVerify: String(tls.skipClientVerify ?? false),
    ...(ca !== undefined && { TLSCACertFile: { filename: "ca.pem", content: ca } }),
    ...(cert !== undefined && { TLSCertFile: { filename: "cert.pem", content: cert } }),
    ...(key !== undefined && { TLSKeyFile: { filename: "key.pem", content: key } }),
  };
}

/** Long pauses: each attempt uses up an id on the server, and an engine seldom starts within seconds. */
const PAUSES: Pauses = { first: 1_000, growth: 2, longest: 15_000 };

/**
 * Creates an environment whose name is free. Portainer refuses that until the engine answers, so we retry until the
 * time limit, and leave no environment behind if it fails.
 */
export async function addEnvironment(context: Context, desired: EndpointInputs): Promise<Endpoint> {
  const { connection, signal, progress } = context;
  const form = createForm(desired);
  let mayBeThere = false;
  const attempt = async (seconds: number) => {
    const found = mayBeThere ? await leftByUs(context, desired) : undefined;
    if (found) return found;
    try {
      return await connection.client.endpoints.create({ form }, { signal });
    } catch (error) {
      const isInTime = seconds * 1_000 < patience(desired.startupTimeout);
      mayBeThere = mayHaveHappened(error);
      if (mayBeThere && isInTime) return undefined;
      await removeRest(context, desired);
      if (!isUnreachable(error)) throw error;
      if (isLasting(error, desired) || !isInTime) {
        throw new ProviderError(`${unreachable(error, desired).message} No environment was created.`);
      }
      progress(`waiting for the engine at ${desired.url}: ${seconds} s`);
      return undefined;
    }
  };
  return await until(signal, attempt, PAUSES);
}

/** The environment that an earlier attempt created: the name was free before, and all properties are as desired. */
async function leftByUs(context: Context, desired: EndpointInputs): Promise<Endpoint | undefined> {
  const { connection, signal } = context;
  const found = await lookOnceBack(signal, () => findByName(connection.client, desired.name));
  const created: EndpointInputs = { ...desired, access: undefined, security: undefined };
  return found && differences(found, created, IDS_ALONE).length === 0 ? found : undefined;
}

/** Deletes what a failed create left: Portainer keeps the environment after some errors, such as an unknown tag. */
async function removeRest(context: Context, desired: EndpointInputs): Promise<void> {
  const rest = await leftByUs(context, desired);
  if (rest) await context.connection.client.endpoints.delete({ params: { id: rest.Id } });
}
