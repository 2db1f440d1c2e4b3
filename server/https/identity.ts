import { createPrivateKey, X509Certificate } from "node:crypto";

/** A certificate, with what leads to its authority behind it, and its key: PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Throws the reason why a server cannot be served with it. */
export function requireUsable({ cert, key }: Identity): void {
  if (cert === "" || key === "") throw new Error("missing certificate files");
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error("private key does not match public key");
  process.getBuiltinModule("node:tls").createSecureContext({ cert, key });
}

/** Milliseconds for which a certificate is still valid. */
export function validFor({ cert }: Identity, now: number): number {
  return Date.parse(new X509Certificate(cert).validTo) - now;
}
