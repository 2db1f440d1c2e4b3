import { HttpError } from "../../http-error";

const TUNNEL_PORT = 8000;

/** What an edge agent is started with: where the server is, and which environment the agent stands for. */
export function edgeKey(url: string, id: number): string {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host === "") throw new HttpError(400, "Unable to parse host", "Invalid environment URL");
  if (host === "localhost") throw new HttpError(400, "Cannot use localhost as environment URL");
  return Buffer.from(`${url}|${host}:${TUNNEL_PORT}||${id}`).toString("base64").replace(/=+$/, "");
}
