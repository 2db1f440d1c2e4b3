import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { hostname } from "node:os";
import * as der from "./der";
import type { ServerCertificate } from "./identity";

const DAY = 24 * 60 * 60 * 1000;
/** Some systems refuse certificates that are valid for longer. */
const VALID_FOR = 800 * DAY;

const ECDSA_WITH_SHA256 = der.sequence(der.identifier("1.2.840.10045.4.3.2"));
const COMMON_NAME = der.identifier("2.5.4.3");
const SERVER_AUTHENTICATION = der.identifier("1.3.6.1.5.5.7.3.1");

const extension = (id: string, value: Buffer, ...critical: Buffer[]): Buffer =>
  der.sequence(der.identifier(id), ...critical, der.octets(value));

const EXTENSIONS = {
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  subjectAltName: "2.5.29.17",
};
/** Digital signature, and signing of certificates. */
const KEY_USAGE = der.bits(Buffer.from([0b1000_0100]), 2);

/** Generates a key and a self-signed certificate for this machine (RFC 5280). */
export function makeSelfSigned(now = new Date()): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der.sequence(der.set(der.sequence(COMMON_NAME, der.text("pulumi-portainer"))));
  const content = der.sequence(
    der.element(0xa0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    der.sequence(der.time(new Date(+now - DAY)), der.time(new Date(+now + VALID_FOR))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der.element(
      0xa3,
      der.sequence(
        extension(EXTENSIONS.basicConstraints, der.sequence(der.yes()), der.yes()),
        extension(EXTENSIONS.keyUsage, KEY_USAGE, der.yes()),
        extension(EXTENSIONS.extendedKeyUsage, der.sequence(SERVER_AUTHENTICATION)),
        extension(EXTENSIONS.subjectAltName, alternativeNames()),
      ),
    ),
  );
  const signature = sign("sha256", content, privateKey);
  const certificate = der.sequence(content, ECDSA_WITH_SHA256, der.bits(signature));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function alternativeNames(): Buffer {
  const names = [...new Set(["localhost", hostname()])].map((name) => der.element(0x82, Buffer.from(name)));
  const loopback = [Buffer.from([127, 0, 0, 1]), Buffer.from([...Array(15).fill(0), 1])];
  return der.sequence(...names, ...loopback.map((address) => der.element(0x87, address)));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
