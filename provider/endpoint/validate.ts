import type { Properties } from "../core/hidden";
import { hasUnknown } from "../core/unknown";
import type { Failure } from "../core/validate";
import { tlsFailures } from "./tls";

/** What no single property of an environment shows to be wrong. */
export function endpointFailures({ url, type, tls }: Properties): Failure[] {
  if ((tls ?? undefined) === undefined || tls === false) return [];
  if (type === "agent") {
    return [{ property: "tls", reason: "an agent brings its own certificate: leave `tls` out" }];
  }
  if (typeof url === "string" && !hasUnknown(url) && /^(unix|npipe):/i.test(url)) {
    return [
      { property: "tls", reason: "there is no TLS on a local socket: leave `tls` out, or use a tcp:// url" },
    ];
  }
  return tlsFailures(tls);
}
