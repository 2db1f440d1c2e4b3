import FormData from "form-data";
import type { FormFile } from "../contract/index";

export type FormFields = Readonly<Record<string, string | FormFile | undefined>>;

/** A multipart form; Portainer reads that for every form, with or without files. */
export function encodeForm(fields: FormFields): { readonly contentType: string; readonly payload: Buffer } {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else if (value) form.append(name, Buffer.from(value.content), { filename: value.filename });
  }
  return { contentType: form.getHeaders()["content-type"] ?? "", payload: form.getBuffer() };
}
