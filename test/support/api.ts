import type { RunningServer } from "../../server";

/** What the API answers with, mostly an object of Portainer. */
type Answer = Record<string, unknown> & { readonly Id: number };

/** An operation of the API by the administrator, as if by somebody else than Pulumi. Anything but success is an error. */
export type Api = <T = Answer>(method: string, path: string, body?: unknown) => Promise<T>;

/** @param server of the moment: it may start after this. */
export function apiOf(server: () => Pick<RunningServer, "url" | "apiKey">): Api {
  return async <T>(method: string, path: string, body?: unknown) => {
    const { url, apiKey = "" } = server();
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { "x-api-key": apiKey },
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as T;
  };
}

/** A form of the API: `formOf({ Name: "paris", URL: url })`. */
export function formOf(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, value);
  return form;
}
