import type { FormFile } from "../../contract";
import { HttpError } from "../http-error";
import { INVALID_PAYLOAD } from "./decode-json";

type Fields = Record<string, string | FormFile>;

/**
 * The fields of a form, which may come in the query too. What comes in both: an urlencoded body wins over the query,
 * the query wins over a multipart body (so Go decodes them).
 */
export async function readForm(request: Request, url: URL): Promise<Fields> {
  const type = request.headers.get("content-type") ?? "";
  const query = Object.fromEntries([...url.searchParams].reverse());
  if (/^multipart\/form-data/i.test(type)) return { ...(await multipart(request)), ...query };
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return query;
  const body = new URLSearchParams(await request.text());
  return { ...query, ...Object.fromEntries([...body].reverse()) };
}

async function multipart(request: Request): Promise<Fields> {
  const fields: Fields = {};
  for (const [name, value] of (await parsed(request)).entries()) {
    if (name in fields) continue;
    fields[name] =
      typeof value === "string"
        ? value
        : { filename: value.name, content: new Uint8Array(await value.arrayBuffer()) };
  }
  return fields;
}

async function parsed(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (error) {
    throw new HttpError(400, INVALID_PAYLOAD, (error as Error).message, { cause: error });
  }
}
