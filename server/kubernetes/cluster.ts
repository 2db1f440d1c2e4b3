import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { callEngine, type EngineCall } from "../engine-call";
import { isAgent } from "../gateway/environment-type";
import type { GatewayEnvironment } from "../gateway/host";
import { HttpError } from "../http-error";

/** Asks a cluster on the server's own behalf. `account`: the folder of the server's account in the local one. */
export class Cluster {
  readonly #environment: GatewayEnvironment;
  readonly #account: string;

  constructor(environment: GatewayEnvironment, account: string) {
    this.#environment = environment;
    this.#account = account;
  }

  /** The token of the server itself: an agent uses its own where it gets none. */
  async ownToken(): Promise<string> {
    if (isAgent(this.#environment.type)) return "";
    return readFile(join(this.#account, "token"), "utf8").then(
      (token) => token.trim(),
      (cause: Error) => {
        throw new HttpError(500, "Unable to create proxy", cause.message, { cause });
      },
    );
  }

  /** The answer's body. `accepted`: statuses besides 2xx that are as good. Throws the cluster's own reason. */
  async ask<T>(
    call: Pick<EngineCall, "method" | "path" | "body">,
    accepted: readonly number[] = [],
  ): Promise<T> {
    const token = await this.ownToken();
    const byAgent = isAgent(this.#environment.type);
    const { status, text } = await callEngine(this.#environment, {
      ...call,
      path: `${byAgent ? "/kubernetes" : ""}${call.path}`,
      headers: byAgent ? { "X-PortainerAgent-SA-Token": token } : { Authorization: `Bearer ${token}` },
    });
    if ((status >= 200 && status < 300) || accepted.includes(status)) return JSON.parse(text) as T;
    throw new Error(`${call.path} answered ${status}: ${text.slice(0, 500)}`);
  }
}
