import { createPrivateKey, X509Certificate } from "node:crypto";

/** A certificate with its chain, and its key. PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Throws if HTTPS cannot be served with this certificate and key. */
export function requireUsable({ cert, key }: ServerCertificate): void {
  if (cert === "" || key === "") throw new Error("missing certificate files");
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error("private key does not match public key");
  process.getBuiltinModule("node:tls").createSecureContext({ cert, key });
}

/** The remaining validity of a certificate, in milliseconds. */
export function validFor({ cert }: ServerCertificate, now: number): number {
  return Date.parse(new X509Certificate(cert).validTo) - now;
}
