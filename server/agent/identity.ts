import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { AgentKeyRecord } from "../store/records";
import type { Store } from "../store/store";

/** The message that is signed for agents without a shared secret. */
const MESSAGE = "Portainer-App";

export const makeAgentKey = (): AgentKeyRecord => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { Id: 1, PrivateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
};

/**
 * The key by which agents recognise this server. An agent obeys only the first server that has contacted it. The key is
 * in the store, so that it survives restarts and is part of a backup.
 */
export class AgentIdentity {
  readonly #store: Store;
  readonly #secret: string | undefined;
  #signed: { readonly by: AgentKeyRecord; readonly headers: readonly string[] } | undefined;

  /** @param secret shared with the agents (their `AGENT_SECRET`); signed instead of the message */
  constructor(store: Store, secret: string | undefined) {
    this.#store = store;
    this.#secret = secret;
  }

  /** The headers of every request to an agent: names and values in turn. */
  get headers(): readonly string[] {
    const key = this.#store.agentKey.get(1);
    if (!key) throw new Error("the server has no key for its agents");
    if (this.#signed?.by !== key) this.#signed = { by: key, headers: this.#sign(key) };
    return this.#signed.headers;
  }

  #sign({ PrivateKey }: AgentKeyRecord): readonly string[] {
    const key = createPrivateKey(PrivateKey);
    const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
    // Agents verify an MD5 digest, with r and s concatenated, in base64 without padding.
    const message = Buffer.from(this.#secret || MESSAGE);
    const signature = sign("md5", message, { key, dsaEncoding: "ieee-p1363" });
    return [
      "X-PortainerAgent-PublicKey",
      publicKey.toString("hex"),
      "X-PortainerAgent-Signature",
      signature.toString("base64").replace(/=+$/, ""),
    ];
  }
}
