import { HttpError } from "../../http-error";

const TUNNEL_PORT = 8000;

/** The name by which edge agents are to find a server. Throws an `HttpError`. */
export function edgeHost(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host === "") throw new HttpError(400, "Unable to parse host", "hostname cannot be empty");
  if (host === "localhost")
    throw new HttpError(400, "Unable to parse host", "cannot use localhost as environment URL");
  return host;
}

/** An edge agent calls the server, so its environment is no more than a name and the key the agent is started with. */
export function edgeSide(url: string, id: number): { URL: string; EdgeKey: string } {
  const host = edgeHost(url);
  const key = Buffer.from(`${url}|${host}:${TUNNEL_PORT}||${id}`).toString("base64");
  return { URL: host, EdgeKey: key.replace(/=+$/, "") };
}
