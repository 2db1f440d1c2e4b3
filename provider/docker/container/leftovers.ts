/** The temporary names of a roll-out, and the containers that a killed roll-out left under them. */
import type { ContainerInspect } from "../../../contract";
import type { Engine } from "../engine";
import { listOnce } from "./calls";

/** A roll-out has two containers for one name: until one of them has it, they use these. */
export const freshName = (name: string, createId: string): string => `${name}.new-${createId}`;
export const asideName = (name: string, createId: string): string => `${name}.old-${createId}`;

const TEMPORARY = /^\/?(.+)\.(new|old)-([0-9a-f]{10})$/;

/** A container that a killed roll-out left under a temporary name. */
export interface Leftover {
  readonly id: string;
  /** The name that the roll-out was for. */
  readonly name: string;
  readonly role: "new" | "old";
  /** The id of the roll-out: the `createId` of its new container. */
  readonly createId: string;
}

export function leftoverOf(id: string, containerName: string): Leftover | undefined {
  const [, name, role, createId] = TEMPORARY.exec(containerName) ?? [];
  if (name === undefined || createId === undefined) return undefined;
  return { id, name, role: role as "new" | "old", createId };
}

export const asLeftover = ({ Id, Name }: ContainerInspect): Leftover | undefined => leftoverOf(Id, Name);

/** The leftovers of roll-outs for this name. */
export async function leftoversFor(engine: Engine, name: string): Promise<Leftover[]> {
  const all = await listOnce(engine);
  return all
    .flatMap(({ Id, Names }) => Names.flatMap((containerName) => leftoverOf(Id, containerName) ?? []))
    .filter((leftover) => leftover.name === name);
}
