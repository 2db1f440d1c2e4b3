import type { FormFile } from "../../contract";

type Fields = Record<string, string | FormFile>;

/**
 * The fields of a form, which may come in the query too. What comes in both: an urlencoded body wins over the query,
 * the query wins over the texts of a multipart body but not over its files, and a body that is broken has no fields
 * (so Go decodes them).
 */
export async function decodeForm(
  type: string,
  body: Buffer<ArrayBuffer>,
  search: URLSearchParams,
): Promise<Fields> {
  const query = Object.fromEntries([...search].reverse());
  if (isMultipart(type)) {
    const { texts, files } = await multipart(type, body);
    return { ...texts, ...query, ...files };
  }
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return query;
  return { ...query, ...Object.fromEntries([...new URLSearchParams(body.toString())].reverse()) };
}

export const isMultipart = (type = ""): boolean => /^multipart\/form-data/i.test(type);

/** The first of each name, texts and files apart. */
async function multipart(type: string, body: Buffer<ArrayBuffer>) {
  const texts: Record<string, string> = {};
  const files: Record<string, FormFile> = {};
  for (const [name, value] of await entries(type, body)) {
    if (typeof value === "string") texts[name] ??= value;
    else files[name] ??= { filename: value.name, content: new Uint8Array(await value.arrayBuffer()) };
  }
  return { texts, files };
}

async function entries(type: string, body: Buffer<ArrayBuffer>) {
  try {
    return [...(await new Response(body, { headers: { "content-type": type } }).formData()).entries()];
  } catch {
    return [];
  }
}
