import { createPrivateKey, X509Certificate } from "node:crypto";
import type { ClientOptions } from "./options";

/** As `node:tls` names them. */
interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

/**
 * What a TLS connection needs of the options.
 *
 * @throws TypeError that names the option at fault, never its value
 */
export function tlsOptions({ caCert, clientCert, clientKey, skipVerify }: ClientOptions): TlsOptions {
  if (!clientCert !== !clientKey) {
    throw new TypeError("clientCert and clientKey belong together: give both or neither.");
  }
  if (caCert) readCertificate(caCert, "caCert");
  if (clientCert && clientKey) checkPair(clientCert, clientKey);
  return {
    ...(caCert && { ca: caCert }),
    ...(clientCert && { cert: clientCert }),
    ...(clientKey && { key: clientKey }),
    rejectUnauthorized: !skipVerify,
  };
}

function checkPair(clientCert: string, clientKey: string): void {
  const certificate = readCertificate(clientCert, "clientCert");
  if (!certificate.checkPrivateKey(readKey(clientKey))) {
    throw new TypeError("clientKey is not the key of clientCert.");
  }
}

function readCertificate(pem: string, option: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError(`${option} is not a certificate in PEM ("-----BEGIN CERTIFICATE-----").`);
  }
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TypeError(
      'clientKey is not an unencrypted private key in PEM ("-----BEGIN PRIVATE KEY-----").',
    );
  }
}
