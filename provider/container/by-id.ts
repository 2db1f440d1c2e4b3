import type { Place } from "../docker/place";
import { withIds as accessWithIds } from "./access";
import type { ContainerSettled } from "./arguments";
import type { Access } from "./arguments/access";
import { findById, findByName } from "./find";

type Wishes = Partial<ContainerSettled>;

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;
const BY_NAME = /^container:(?![0-9a-f]{64}$)(.+)$/;

/**
 * The same wishes as engine and Portainer show them: users, teams and containers by their ids. The names of those that
 * are not there stay.
 */
export async function byIds<Wished extends Wishes>(place: Place, wished: Wished): Promise<Wished> {
  const access: Access | undefined = wished.access && (await accessWithIds(place, wished.access));
  const modes: Wishes = {};
  for (const key of MODES) {
    const name = BY_NAME.exec(wished[key] ?? "")?.[1];
    if (name === undefined) continue;
    const owner = (await findByName(place, name)) ?? (await findById(place, name));
    if (owner) modes[key] = `container:${owner.Id}`;
  }
  return { ...wished, ...modes, ...(access && { access }) };
}
