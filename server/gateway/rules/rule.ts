import type { IncomingMessage } from "node:http";
import type { Caller } from "../../auth/caller";
import type { Engine } from "../engine/engine";
import type { GatewayEnvironment, GatewayHost } from "../host";
import type { OutgoingRequest } from "../relay/outgoing-request";
import type { EngineTarget } from "../target";
import type { Kind } from "./kind";

/** Who asks, and which object of which engine it is about. */
export interface Subject {
  readonly host: GatewayHost;
  readonly caller: Caller;
  readonly environment: GatewayEnvironment;
  readonly engine: Engine;
  /** The part of the path that a rule's `:id` stands for. */
  readonly id: string;
}

/** One request that a caller wants to send to an engine, as the rules see it. */
export interface EngineCall extends Subject {
  readonly request: IncomingMessage;
  readonly target: EngineTarget;
}

/** What the gateway does with requests to one path. Requests without a rule are passed through. */
export interface Rule {
  /** A method or `*`, and a path: `:id` is any one part, a `**` at the end one or more. */
  readonly on: `${"GET" | "POST" | "DELETE" | "*"} /${string}`;
  /** Who may: administrators, or whoever may use the object of this kind that `:id` names. Left out: everybody. */
  readonly for?: "administrator" | Kind;
  /** What is checked or changed in the request, in this order. */
  readonly request?: readonly RequestStep[];
  readonly answer?: AnswerStep;
  /** The connection may become a raw stream in both directions. */
  readonly takeover?: true;
}

/** Throws an `HttpError` to refuse the request. */
export type RequestStep = (call: EngineCall, outgoing: OutgoingRequest) => Promise<void>;

/** What is done with an engine's answer that has one of these statuses; any other is passed through. */
export interface AnswerStep {
  readonly to: readonly number[];
  /** The status to answer instead. */
  readonly status?: number;
  readonly rewrite: (call: EngineCall, body: Buffer) => Promise<Buffer>;
}

interface Match {
  readonly rule: Rule;
  /** What `:id` stands for, or "". */
  readonly id: string;
}

/** Makes a function that finds the first rule for a request. */
export function matcherOf(rules: readonly Rule[]) {
  const byFirstPart = new Map<string, Compiled[]>();
  for (const rule of rules.map(compile)) {
    const [first = ""] = rule.parts;
    byFirstPart.set(first, [...(byFirstPart.get(first) ?? []), rule]);
  }
  return (method: string | undefined, segments: readonly string[]): Match | undefined => {
    const found = byFirstPart.get(segments[0] ?? "")?.find((rule) => matches(rule, method, segments));
    return found && { rule: found.rule, id: segments[found.parts.indexOf(ID)] ?? "" };
  };
}

const ID = ":id";
const REST = "**";

interface Compiled {
  readonly rule: Rule;
  readonly method: string;
  readonly parts: readonly string[];
  /** Further parts may follow. */
  readonly isOpen: boolean;
}

function compile(rule: Rule): Compiled {
  const [method = "", path = ""] = rule.on.split(" ");
  const parts = path.split("/").slice(1);
  return { rule, method, parts, isOpen: parts.at(-1) === REST };
}

function matches(rule: Compiled, method: string | undefined, segments: readonly string[]): boolean {
  const { parts, isOpen } = rule;
  if (rule.method !== "*" && rule.method !== method) return false;
  if (isOpen ? segments.length < parts.length : segments.length !== parts.length) return false;
  return parts.every((part, i) => part === ID || part === REST || part === segments[i]);
}
