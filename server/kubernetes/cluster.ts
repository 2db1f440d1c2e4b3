import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Engine, EngineRefusal, type GatewayEnvironment } from "../gateway";
import { isAgent } from "../gateway/environment-type";
import { HttpError } from "../http-error";

/** Sends the server's own requests to a cluster. `account`: the folder with the server's account in the local cluster. */
export class Cluster {
  readonly #engine: Engine;
  readonly #isBehindAgent: boolean;
  readonly #account: string;

  constructor(engine: Engine, { type }: Pick<GatewayEnvironment, "type">, account: string) {
    this.#engine = engine;
    this.#isBehindAgent = isAgent(type);
    this.#account = account;
  }

  /** The token of the server itself. Empty behind an agent, which then uses its own. */
  async ownToken(): Promise<string> {
    if (this.#isBehindAgent) return "";
    return readFile(join(this.#account, "token"), "utf8").then(
      (token) => token.trim(),
      (cause: Error) => {
        throw new HttpError(500, "Unable to create proxy", cause.message, { cause });
      },
    );
  }

  /** Returns the answer's body. `accepted`: further statuses that count as success. Throws the cluster's reason. */
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
