import { learnName } from "../core/names";
import type { Place } from "../docker/place";
import { findById, nameOfContainer } from "./find";
import { surely } from "./lost-answer";

export async function rename(place: Place, id: string, name: string): Promise<void> {
  const { docker, call } = place;
  await surely(
    () => docker.containers.rename({ params: { id }, query: { name } }, call),
    async () => {
      const now = await findById(place, id);
      return now !== undefined && nameOfContainer(now) === name;
    },
  );
  learnName(id, name);
}
