import { hostname } from "node:os";

/** In a container the host name is, unless set otherwise, the beginning of the container's id. */
const OWN_ID = /^[0-9a-f]{12}$/.exec(hostname())?.[0];

export const runsInContainer = OWN_ID !== undefined;

/** Whether this server runs in that container: clients must not remove it. */
export function isOwnContainer(id: string): boolean {
  return OWN_ID !== undefined && id.startsWith(OWN_ID);
}
