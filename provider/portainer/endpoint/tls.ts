import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { z } from "zod";
import { type Properties, UNKNOWN } from "../../core/properties";
import type { Failure } from "../../core/validate";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** The PEM blocks of a text, each with its label; text around them is ignored. */
function blocks(pem: string): { readonly label: string; readonly text: string }[] {
  return [...pem.matchAll(BLOCK)].map(([text, label = ""]) => ({ label, text }));
}

/**
 * One form for all spellings of PEM: normalises line ends, and removes indentation and text around the blocks. TLS
 * libraries accept this form.
 */
function normalizePem(pem: string): string {
  const lines = blocks(pem).flatMap(({ text }) => text.split(/\r?\n|\r/));
  const trimmed = lines.map((line) => line.trim()).filter(Boolean);
  return `${trimmed.join("\n")}\n`;
}

/** The SHA-256 of a PEM text, to compare without storing the text. */
function fingerprint(pem: string): string {
  return createHash("sha256").update(normalizePem(pem)).digest("hex");
}

/** The error in a text that should be one or more certificates. It never quotes the text. */
function certificateProblem(pem: string): string | undefined {
  const found = blocks(pem);
  if (found.length === 0) return `is not PEM${pathHint(pem)}`;
  const stranger = found.find(({ label }) => label !== "CERTIFICATE");
  if (stranger) return `holds a ${stranger.label.toLowerCase()}, not only certificates`;
  return found.every(({ text }) => works(() => new X509Certificate(normalizePem(text))))
    ? undefined
    : "is PEM, but not a certificate that can be read";
}

/** The error in a text that should be a private key. */
function keyProblem(pem: string): string | undefined {
  const found = blocks(pem);
  if (found.length === 0) return `is not PEM${pathHint(pem)}`;
  if (/ENCRYPTED/.test(pem))
    return "is encrypted, and Portainer has nobody to ask for the passphrase: decrypt it first";
  if (!found.some(({ label }) => label.endsWith("PRIVATE KEY"))) {
    return `holds a ${found[0]?.label.toLowerCase()}, not a private key`;
  }
  return works(() => createPrivateKey(normalizePem(pem)))
    ? undefined
    : "is PEM, but not a private key that can be read";
}

/** Whether a private key belongs to a certificate; both must be valid. */
function isKeyOf(key: string, certificate: string): boolean {
  return new X509Certificate(normalizePem(certificate)).checkPrivateKey(createPrivateKey(normalizePem(key)));
}

function pathHint(text: string): string {
  const isPath = !text.includes("\n") && /[./\\]/.test(text);
  return isPath ? ' but looks like a path: give the text of the file, `fs.readFileSync(path, "utf8")`' : "";
}

function works(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

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
export type Fingerprints = { readonly ca?: string; readonly cert?: string; readonly key?: string };

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
