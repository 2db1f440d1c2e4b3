import type { Route } from "../../contract";
import type { Identity } from "../auth/authenticate";
import type { Call, Reply } from "./call";
import { decodeForm } from "./decode-form";
import { check, decodeJson } from "./decode-json";
import { readBody } from "./read-body";
import type { Question } from "./router";

type Params = Call<Route>["params"];

/** Decodes a request as its route says. The body is read now, and judged when the handler looks at it. */
export async function decode(
  route: Route,
  question: Question,
  params: Params,
  identity: Identity | undefined,
): Promise<Call<Route>> {
  if (!route.body && !route.form) return new Decoded(route, question, params, identity) as Call<Route>;
  const body = await readBody(question.incoming, route.largest);
  const form = route.form && (await decodeForm(question.headers["content-type"] ?? "", body, question.query));
  return new Decoded(route, question, params, identity, body, form) as Call<Route>;
}

class Decoded {
  readonly params: Params;
  readonly caller: Identity["caller"] | undefined;
  readonly credential: Identity["credential"] | undefined;
  readonly forceChangePassword: boolean;
  readonly reply: Reply = { headers: {} };
  readonly #route: Route;
  readonly #question: Question;
  readonly #body: Buffer | undefined;
  readonly #form: object | undefined;

  constructor(
    route: Route,
    question: Question,
    params: Params,
    identity: Identity | undefined,
    body?: Buffer,
    form?: object,
  ) {
    this.params = params;
    this.caller = identity?.caller;
    this.credential = identity?.credential;
    this.forceChangePassword = identity?.forceChangePassword ?? false;
    this.#route = route;
    this.#question = question;
    this.#body = body;
    this.#form = form;
  }

  get headers() {
    return this.#question.headers;
  }

  get search(): URLSearchParams {
    return this.#question.query;
  }

  get query() {
    const { query } = this.#route;
    return query && check(query, readQuery(this.search));
  }

  get body() {
    const { body } = this.#route;
    return body && decodeJson(body, this.#body?.toString() ?? "");
  }

  get form() {
    const { form } = this.#route;
    return form && check(form, this.#form);
  }
}

/** Values by name, the first of each; names that end in `[]` have them all. */
function readQuery(search: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys()))
    query[name] = name.endsWith("[]") ? search.getAll(name) : (search.get(name) ?? "");
  return query;
}
