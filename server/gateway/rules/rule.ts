import type { Call } from "../call";
import type { Draft } from "../relay/draft";
import type { Kind } from "./kind";

/** What the gateway does with the requests to one path. Whatever no rule speaks of is passed through. */
export interface Rule {
  /** A method or `*`, and a path: `:id` is any one part, a `**` at the end one or more. */
  readonly on: `${"GET" | "POST" | "DELETE" | "*"} /${string}`;
  /** Who may: administrators, or whoever may use the object of this kind that `:id` names. Unsaid, everybody. */
  readonly for?: "administrator" | Kind;
  /** What is checked or changed in the request, in this order. */
  readonly request?: readonly RequestStep[];
  readonly answer?: Answer;
  /** The connection may become a raw stream in both directions. */
  readonly takeover?: true;
}

/** Throws an `HttpError` to refuse the request. */
export type RequestStep = (call: Call, draft: Draft) => Promise<void>;

/** What becomes of an engine's answer with one of these statuses; any other is passed through. */
export interface Answer {
  readonly to: readonly number[];
  /** The status to answer instead. */
  readonly status?: number;
  readonly rewrite: (call: Call, body: Buffer) => Promise<Buffer>;
}
