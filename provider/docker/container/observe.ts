/**
 * Compares a container with its inputs: reads the engine's answer back as inputs, with names and ids made comparable.
 */
import type { ContainerInspect } from "../../../contract";
import { equal } from "../../core/diff";
import { ProviderError } from "../../core/errors";
import type { Properties } from "../../core/properties";
import type { Engine } from "../engine";
import { type ContainerInputs, containerArguments } from "./arguments";
import { type Access, withIds as accessWithIds } from "./arguments/access";
import { type AnyArgument, canonical, isLeftToEngine } from "./arguments/argument";
import { findById, findByName, nameOfContainer } from "./calls";

type Desired = Partial<ContainerInputs>;

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;
const BY_NAME = /^container:(?![0-9a-f]{64}$)(.+)$/;
const FULL_ID = /^[0-9a-f]{64}$/;
const OF_CONTAINER = /^container:(.+)$/;

/**
 * The same inputs with ids in place of names of users, teams and containers, as the engine and Portainer show them. A
 * name that is not found stays.
 */
export async function withResolvedNames<Inputs extends Desired>(
  engine: Engine,
  desired: Inputs,
): Promise<Inputs> {
  const access: Access | undefined = desired.access && (await accessWithIds(engine, desired.access));
  const modes: Desired = {};
  for (const key of MODES) {
    const name = BY_NAME.exec(desired[key] ?? "")?.[1];
    if (name === undefined) continue;
    const owner = await findOwner(engine, name);
    if (owner) modes[key] = `container:${owner.Id}`;
  }
  return { ...desired, ...modes, ...(access && { access }) };
}

/** By its full id, its name, or the beginning of its id. */
async function findOwner(engine: Engine, nameOrId: string): Promise<ContainerInspect | undefined> {
  if (FULL_ID.test(nameOrId)) return await findById(engine, nameOrId);
  return (await findByName(engine, nameOrId)) ?? (await findById(engine, nameOrId));
}

/**
 * The inputs of an imported container, with names in place of the ids of containers whose namespaces it shares: an id
 * changes at the next roll-out. Containers that are imported too keep their ids, so that the program can refer to them.
 */
export async function withNames(
  engine: Engine,
  inputs: ContainerInputs,
  imported: ReadonlySet<string>,
): Promise<ContainerInputs> {
  const modes: Desired = {};
  for (const key of MODES) {
    const id = OF_CONTAINER.exec(inputs[key] ?? "")?.[1];
    if (id === undefined || imported.has(id)) continue;
    const owner = await findOwner(engine, id);
    if (owner) modes[key] = `container:${nameOfContainer(owner)}`;
  }
  return { ...inputs, ...modes };
}

/**
 * Refuses to create a container in the namespaces of one that is gone or does not run. The engine would say so only
 * when the new container starts. By then a roll-out has stopped the old container, which could not start again either.
 *
 * @throws ProviderError before anything is changed.
 */
export async function requireOwners(engine: Engine, inputs: ContainerInputs): Promise<void> {
  const isToRun = inputs.desiredState === "running" || inputs.desiredState === "paused";
  for (const key of MODES) {
    const owner = OF_CONTAINER.exec(inputs[key] ?? "")?.[1];
    if (owner === undefined) continue;
    const found = await findOwner(engine, owner);
    if (found && (found.State.Running || !isToRun)) continue;
    const short = FULL_ID.test(owner) ? owner.slice(0, 12) : owner;
    throw new ProviderError(
      found
        ? `\`${key}\` is that of "${nameOfContainer(found)}", which does not run: nothing was changed. Start that container first.`
        : `\`${key}\` is that of the container "${short}", and environment ${engine.endpointId} has no such container: nothing was changed. ` +
            `Containers get another id when they are recreated: give the \`Container\` itself, or \`"container:<name>"\`.`,
    );
  }
}

/**
 * Reads a container back as inputs. A value that matches the desired one reads as the program wrote it, however the
 * engine spells it.
 *
 * @param desired the inputs last applied; without them, everything that the engine shows is read.
 * @param warnings the engine's warnings about it: a value that its kernel cannot apply counts as applied.
 */
export function observe(
  container: ContainerInspect,
  desired: Desired | undefined,
  warnings: readonly string[] = [],
): Properties {
  const entries = Object.entries(containerArguments).flatMap(([key, argument]) => {
    const value = desired?.[key as keyof ContainerInputs];
    if (desired !== undefined && isUnset(value)) return [];
    const isOpen = desired !== undefined && isLeftToEngine(argument, value);
    const isRead = argument.read && !isOpen && !isDiscarded(argument, warnings);
    const shown = isRead ? readOne(argument, container, value) : value;
    return shown === undefined ? [] : [[key, shown] as const];
  });
  return Object.fromEntries(entries);
}

function readOne(argument: AnyArgument, container: ContainerInspect, desired: unknown): unknown {
  const actual = argument.read?.(container, desired as never);
  return !isUnset(desired) && isSame(argument, actual, desired) ? desired : actual;
}

/** The properties whose actual value is not the desired one. */
export function unfulfilled(
  container: ContainerInspect,
  desired: ContainerInputs,
  warnings: readonly string[] = [],
): (keyof ContainerInputs)[] {
  const actual = observe(container, desired, warnings);
  return (Object.keys(containerArguments) as (keyof ContainerInputs)[]).filter(
    (key) => !isUnset(desired[key]) && !isSame(containerArguments[key], actual[key], desired[key]),
  );
}

function isDiscarded({ discarded }: AnyArgument, warnings: readonly string[]): boolean {
  return discarded !== undefined && warnings.some((warning) => discarded.test(warning));
}

function isSame(argument: AnyArgument, left: unknown, right: unknown): boolean {
  return equal(canonical(argument, left), canonical(argument, right));
}

function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}
