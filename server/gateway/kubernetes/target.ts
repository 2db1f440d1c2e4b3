import { HttpError } from "../../http-error";
import { withoutCredentials } from "../relay/target";

const PATH = /^\/api\/endpoints\/[^/?#]+\/(?:agent\/)?kubernetes(\/[^?#]*)(\?[^#]*)?$/;
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

export const isKubernetesPath = (url: string): boolean => PATH.test(url);

/** What of the cluster a request asks for. Throws an `HttpError` for a path that may mean another than it says. */
export function kubernetesTarget(url: string): { path: string; search: string } {
  const [, path, search = ""] = PATH.exec(url) ?? [];
  if (path === undefined || DOT_SEGMENT.test(path))
    throw new HttpError(400, "Invalid request path", `Not a path of a cluster: ${url}`);
  return { path, search: withoutCredentials(search) };
}
