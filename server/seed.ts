import { randomBytes, randomUUID } from "node:crypto";
import { DEFAULT_SETTINGS, Role } from "../contract";
import { makeAgentKey } from "./agent/identity";
import { insertUser } from "./api/user";
import { insertApiKey } from "./auth/api-key";
import type { Clock } from "./clock";

import type { Store } from "./store/store";

/** Creates what every installation has, at its first start. */
export async function seed(store: Store): Promise<void> {
  await store.change(() => {
    if (!store.instance.get(1)) store.instance.put(1, { Id: 1, InstanceID: randomUUID() });
    if (store.isShared && !store.secrets.get(1))
      store.secrets.put(1, { Id: 1, Key: randomBytes(32).toString("base64") });
    if (!store.agentKey.get(1)) store.agentKey.put(1, makeAgentKey());
    if (!store.settings.get(1)) store.settings.put(1, DEFAULT_SETTINGS);
    if (store.endpointGroups.size > 0) return;
    store.endpointGroups.insert((Id) => ({
      Id,
      Name: "Unassigned",
      Description: "Unassigned environments",
      UserAccessPolicies: {},
      TeamAccessPolicies: {},
      TagIds: [],
    }));
  });
}

/** Creates the first user, unless another replica has created one. */
export async function seedAdministrator(store: Store, username: string, passwordHash: string): Promise<void> {
  await store.change(() => {
    if (store.users.size === 0) insertUser(store, username, passwordHash, Role.administrator);
  });
}

/** Creates an API key for the first administrator, because earlier keys cannot be read back. */
export function seedApiKey(store: Store, clock: Clock): Promise<string | undefined> {
  return store.change(() => {
    const admin = store.users.find((user) => user.Role === Role.administrator);
    return admin && insertApiKey(store, clock, admin.Id, "startServer").rawKey;
  });
}
