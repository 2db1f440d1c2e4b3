// The certificate package looks for it and does not bring it along.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What TLS tests need: an authority with a server and a client that it vouches for, and a stranger of each. */
export interface Certificates {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly server: Identity;
  readonly client: Identity;
  readonly otherCa: string;
  /** What `otherCa` vouches for. */
  readonly otherClient: Identity;
}

/** @param daysLeft how long the server's certificate is valid; below 0 it has expired. */
export async function makeCertificates({ daysLeft = 1 }: { daysLeft?: number } = {}): Promise<Certificates> {
  const ca = await makeAuthority("pulumi-portainer test");
  const other = await makeAuthority("somebody else");
  return {
    ca: ca.pem,
    server: await issue(
      ca,
      "localhost",
      [
        new SubjectAlternativeNameExtension([
          { type: "dns", value: "localhost" },
          { type: "ip", value: "127.0.0.1" },
        ]),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      ],
      daysLeft,
    ),
    client: await issue(ca, "client", [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]),
    otherCa: other.pem,
    otherClient: await issue(other, "client", [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]),
  };
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
  readonly pem: string;
}
type CryptoKeyPair = webcrypto.CryptoKeyPair;

const makeKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
const validity = (daysLeft = 1) => ({
  notBefore: new Date(Date.now() + Math.min(daysLeft, 0) * DAY - DAY),
  notAfter: new Date(Date.now() + daysLeft * DAY),
});

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [new BasicConstraintsExtension(true)],
    },
    webcrypto,
  );
  return { certificate, keys, pem: certificate.toString("pem") };
}

async function issue(
  authority: Authority,
  name: string,
  extensions: (SubjectAlternativeNameExtension | ExtendedKeyUsageExtension)[],
  daysLeft?: number,
): Promise<Identity> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create(
    {
      subject: `CN=${name}`,
      issuer: authority.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity(daysLeft),
      extensions,
    },
    webcrypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert: certificate.toString("pem"), key };
}
