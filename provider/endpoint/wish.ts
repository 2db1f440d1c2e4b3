import type { SecuritySettings } from "../../contract";
import { DEFAULT_SECURITY, UNASSIGNED_GROUP } from "../../contract";
import type { EndpointSettled } from "./schema";
import type { Tls } from "./tls";

/** What an environment is to be. What is left out stays as it is; `tls: null` switches TLS off. */
export type Wish = Omit<Partial<EndpointSettled>, "tls"> & { readonly tls?: Tls | null | undefined };

/** What the program says, and for what it said before and says no more, what a new environment has. */
export function wishOf(olds: Partial<EndpointSettled>, news: EndpointSettled): Wish {
  const access = {
    users: news.access?.users ?? (olds.access?.users && []),
    teams: news.access?.teams ?? (olds.access?.teams && []),
  };
  const security = {
    ...Object.fromEntries(
      Object.keys(olds.security ?? {}).map((key) => [key, DEFAULT_SECURITY[key as keyof SecuritySettings]]),
    ),
    ...news.security,
  };
  return {
    ...news,
    tls: news.tls ?? (olds.tls && null),
    publicUrl: news.publicUrl ?? (olds.publicUrl && ""),
    groupId: news.groupId ?? (olds.groupId && UNASSIGNED_GROUP),
    tagIds: news.tagIds ?? (olds.tagIds && []),
    access: access.users || access.teams ? access : undefined,
    security: Object.keys(security).length > 0 ? security : undefined,
  };
}
