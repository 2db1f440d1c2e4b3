import type { FormFile } from "../../contract";
import { HttpError } from "../http-error";
import { INVALID_PAYLOAD } from "./decode-json";

type Fields = Record<string, string | FormFile>;

/**
 * The fields of a form, which may come in the query too. What comes in both: an urlencoded body wins over the query,
 * the query wins over a multipart body (so Go decodes them).
 */
export async function decodeForm(
  type: string,
  body: Buffer<ArrayBuffer>,
  search: URLSearchParams,
): Promise<Fields> {
  const query = Object.fromEntries([...search].reverse());
  if (/^multipart\/form-data/i.test(type)) return { ...(await multipart(type, body)), ...query };
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return query;
  return { ...query, ...Object.fromEntries([...new URLSearchParams(body.toString())].reverse()) };
}

async function multipart(type: string, body: Buffer<ArrayBuffer>): Promise<Fields> {
  const fields: Fields = {};
  for (const [name, value] of (await parsed(type, body)).entries()) {
    if (name in fields) continue;
    fields[name] =
      typeof value === "string"
        ? value
        : { filename: value.name, content: new Uint8Array(await value.arrayBuffer()) };
  }
  return fields;
}

async function parsed(type: string, body: Buffer<ArrayBuffer>): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw new HttpError(400, INVALID_PAYLOAD, (error as Error).message, { cause: error });
  }
}
