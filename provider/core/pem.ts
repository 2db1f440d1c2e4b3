/** Certificates and private keys as PEM: one form for all spellings, and what is wrong with one. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** The PEM blocks of a text, each with its label; text around them is ignored. */
function blocks(pem: string): { readonly label: string; readonly text: string }[] {
  return [...pem.matchAll(BLOCK)].map(([text, label = ""]) => ({ label, text }));
}

/**
 * One form for all spellings of PEM: normalises line ends, and removes indentation and text around the blocks. TLS
 * libraries accept this form.
 */
export function normalizePem(pem: string): string {
  const lines = blocks(pem).flatMap(({ text }) => text.split(/\r?\n|\r/));
  const trimmed = lines.map((line) => line.trim()).filter(Boolean);
  return `${trimmed.join("\n")}\n`;
}

/** The SHA-256 of a PEM text, to compare without storing the text. */
export function fingerprint(pem: string): string {
  return createHash("sha256").update(normalizePem(pem)).digest("hex");
}

/** The error in a text that should be one or more certificates. It never quotes the text. */
export function certificateProblem(pem: string): string | undefined {
  const found = blocks(pem);
  if (found.length === 0) return `is not PEM${pathHint(pem)}`;
  const stranger = found.find(({ label }) => label !== "CERTIFICATE");
  if (stranger) return `holds a ${stranger.label.toLowerCase()}, not only certificates`;
  return found.every(({ text }) => works(() => new X509Certificate(normalizePem(text))))
    ? undefined
    : "is PEM, but not a certificate that can be read";
}

/** The error in a text that should be a private key. */
export function keyProblem(pem: string): string | undefined {
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
export function isKeyOf(key: string, certificate: string): boolean {
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
