import { Readable } from "node:stream";
import type { Route } from "../contract/index";
import { encodeForm, type FormFields } from "./form";

/** What a call sends in its body. */
export interface BodyOf {
  readonly body?: unknown;
  readonly form?: FormFields;
  readonly upload?: Uint8Array | Readable;
}

export interface Encoded {
  readonly contentType?: string;
  readonly payload?: string | Uint8Array | Readable;
}

/** The body of a request, as its route wants it. */
export function encodeBody(route: Route, request: BodyOf): Encoded {
  if (route.form) return encodeForm(request.form ?? {});
  if (route.upload && request.upload) return { contentType: route.upload, payload: request.upload };
  if (route.body) return { contentType: "application/json", payload: JSON.stringify(request.body ?? {}) };
  return {};
}

/** Whether the body can be sent a second time. */
export function isReplayable({ payload }: Encoded): boolean {
  return !(payload instanceof Readable);
}
