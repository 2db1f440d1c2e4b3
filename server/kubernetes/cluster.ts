import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, EngineRefusal, type GatewayEnvironment } from "../gateway";
import { isAgent } from "../gateway/environment-type";
import { HttpError } from "../http-error";

/** Asks a cluster on the server's own behalf. `account`: the folder of the server's account in the local one. */
export class Cluster {
  readonly #engine: Engine;
  readonly #isBehindAgent: boolean;
  readonly #account: string;

  constructor(engine: Engine, { type }: Pick<GatewayEnvironment, "type">, account: string) {
    this.#engine = engine;
    this.#isBehindAgent = isAgent(type);
    this.#account = account;
  }

  /** The token of the server itself: an agent uses its own where it gets none. */
  async ownToken(): Promise<string> {
    if (this.#isBehindAgent) return "";
    return readFile(join(this.#account, "token"), "utf8").then(
      (token) => token.trim(),
      (cause: Error) => {
        throw new HttpError(500, "Unable to create proxy", cause.message, { cause });
      },
    );
  }

  /** The answer's body. `accepted`: statuses besides 2xx that are as good. Throws the cluster's own reason. */
  async json<T>(method: string, path: string, body?: object, accepted: readonly number[] = []): Promise<T> {
    const token = await this.ownToken();
    const headers = this.#isBehindAgent
      ? { "X-PortainerAgent-SA-Token": token }
      : { Authorization: `Bearer ${token}` };
    try {
      return await this.#engine.json<T>(method, this.#isBehindAgent ? `/kubernetes${path}` : path, body, {
        headers,
      });
    } catch (cause) {
      if (cause instanceof EngineRefusal && accepted.includes(cause.status))
        return JSON.parse(cause.text) as T;
      throw cause;
    }
  }
}
