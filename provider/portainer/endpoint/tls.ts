import { z } from "zod";
import { certificateProblem, fingerprint, isKeyOf, keyProblem, normalizePem } from "../../core/pem";
import { type Properties, UNKNOWN } from "../../core/properties";
import type { Failure } from "../../core/validate";

export const TlsSchema = z.strictObject({
  /** The authority that signed the engine's certificate, as PEM. Secret. Needed unless `skipVerify` is true. */
  caCert: z.string().optional(),
  /** The certificate that Portainer presents to the engine, as PEM. Secret. Needed unless `skipClientVerify` is true. */
  clientCert: z.string().optional(),
  /** The private key of `clientCert`, as PEM without a passphrase. Secret. Needed unless `skipClientVerify` is true. */
  clientKey: z.string().optional(),
  /** Accept any certificate from the engine. @default false */
  skipVerify: z.boolean().optional(),
  /** Present no certificate to the engine. @default false */
  skipClientVerify: z.boolean().optional(),
});
export type Tls = z.output<typeof TlsSchema>;

/** The hashes of an environment's TLS files, by Portainer's names for the files. */
export type Fingerprints = {
  /** Of `caCert`. */
  readonly ca?: string;
  /** Of `clientCert`. */
  readonly cert?: string;
  /** Of `clientKey`. */
  readonly key?: string;
};

/** The files that Portainer uses with these settings. */
export function filesOf(tls: Tls): Partial<Record<keyof Fingerprints, string>> {
  const server = tls.skipVerify || tls.caCert === undefined ? {} : { ca: normalizePem(tls.caCert) };
  if (tls.skipClientVerify || tls.clientCert === undefined || tls.clientKey === undefined) return server;
  return { ...server, cert: normalizePem(tls.clientCert), key: normalizePem(tls.clientKey) };
}

/** The SHA-256 of each file, to compare files without storing them. */
export function fingerprintsOf(tls: Tls | null | undefined): Fingerprints {
  return Object.fromEntries(
    Object.entries(filesOf(tls ?? {})).map(([file, pem]) => [file, fingerprint(pem)]),
  );
}

/** One form for equal TLS settings: ignores the spelling of PEM, and files that are not used. */
export function normalizeTls(tls: Tls): unknown {
  const { skipVerify = false, skipClientVerify = false } = tls;
  return { ...fingerprintsOf(tls), skipVerify, skipClientVerify };
}

/** The errors in TLS settings, found offline. Skips values that are not known yet. */
export function tlsFailures(tls: unknown): Failure[] {
  if (typeof tls !== "object" || tls === null || Array.isArray(tls)) return [];
  const settings = tls as Properties;
  const failures = [
    missing(settings, "caCert", "skipVerify", "to check the engine's certificate", "to accept any"),
    missing(settings, "clientCert", "skipClientVerify", "for the engine to know Portainer", "to show none"),
    missing(settings, "clientKey", "skipClientVerify", "for the engine to know Portainer", "to show none"),
    malformed(settings, "caCert", certificateProblem),
    malformed(settings, "clientCert", certificateProblem),
    malformed(settings, "clientKey", keyProblem),
  ].filter((failure) => failure !== undefined);
  return failures.length > 0 ? failures : mismatch(settings);
}

function missing(
  tls: Properties,
  key: string,
  skip: string,
  purpose: string,
  effect: string,
): Failure | undefined {
  const isNeeded = tls[skip] === undefined || tls[skip] === false;
  if (!isNeeded || (tls[key] ?? undefined) !== undefined) return undefined;
  return { property: `tls.${key}`, reason: `is needed ${purpose}; or set \`${skip}: true\` ${effect}` };
}

function malformed(
  tls: Properties,
  key: string,
  problem: (pem: string) => string | undefined,
): Failure | undefined {
  const pem = known(tls[key]);
  const reason = pem === undefined ? undefined : problem(pem);
  return reason === undefined ? undefined : { property: `tls.${key}`, reason };
}

function mismatch(tls: Properties): Failure[] {
  const certificate = known(tls["clientCert"]);
  const key = known(tls["clientKey"]);
  if (certificate === undefined || key === undefined || isKeyOf(key, certificate)) return [];
  return [
    {
      property: "tls.clientKey",
      reason: "is not the key of `clientCert`: give the two files that were made together",
    },
  ];
}

function known(value: unknown): string | undefined {
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}
