import { found } from "../../not-found";
import type { Reply } from "../../route/call";
import type { Services } from "../../services";
import { setEdgeGroups } from "../edge-group";

/** Stacks, resource controls, webhooks and whatever runs on the engine stay; tags follow from the environments. */
export async function deleteEndpoint({ store, tlsFiles, gateway }: Services, id: number): Promise<void> {
  await store.change(() => {
    store.endpoints.delete(found(store.endpoints, id).Id);
    setEdgeGroups(store, id, []);
    for (const registry of store.registries.filter(
      ({ RegistryAccesses }) => String(id) in RegistryAccesses,
    )) {
      const { [String(id)]: removed, ...RegistryAccesses } = registry.RegistryAccesses;
      store.registries.put(registry.Id, { ...registry, RegistryAccesses });
    }
  });
  gateway.forget(id);
  await tlsFiles.remove(id);
}

/** Answers only when some were not there. */
export async function deleteMany(
  services: Services,
  { endpoints }: { endpoints: { id: number }[] },
  reply: Reply,
) {
  const deleted: number[] = [];
  const errors: number[] = [];
  for (const { id } of endpoints) {
    const isKnown = services.store.endpoints.get(id) !== undefined;
    if (isKnown) await deleteEndpoint(services, id);
    (isKnown ? deleted : errors).push(id);
  }
  if (errors.length === 0) return undefined;
  reply.status = 206;
  return { deleted, errors };
}
