import { found } from "../../not-found";
import type { Services } from "../../services";

/** Stacks, resource controls, webhooks and whatever runs on the engine stay; tags follow from the environments. */
export async function deleteEndpoint({ store, tlsFiles }: Services, id: number): Promise<void> {
  await store.change(() => store.endpoints.delete(found(store.endpoints, id).Id));
  await tlsFiles.remove(id);
}
