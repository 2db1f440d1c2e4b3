import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { UNKNOWN } from "../../../../provider/core/properties";
import { fingerprintsOf, normalizeTls, tlsFailures } from "../../../../provider/portainer/endpoint/tls";
import { type Certificates, makeCertificates } from "../../../support/certificates";

let pem: Certificates;
beforeAll(async () => {
  pem = await makeCertificates();
});

const all = () => ({ caCert: pem.ca, clientCert: pem.client.cert, clientKey: pem.client.key });
const reasons = (tls: unknown) => tlsFailures(tls).map(({ property, reason }) => `${property}: ${reason}`);

describe("TLS settings", () => {
  test("with all files are right", () => {
    expect(reasons(all())).toEqual([]);
  });

  test.each([
    [{}, ["tls.caCert", "tls.clientCert", "tls.clientKey"]],
    [{ skipVerify: true }, ["tls.clientCert", "tls.clientKey"]],
    [{ skipClientVerify: true }, ["tls.caCert"]],
    [{ skipVerify: true, skipClientVerify: true }, []],
    [{ skipVerify: false, skipClientVerify: false }, ["tls.caCert", "tls.clientCert", "tls.clientKey"]],
  ])("%j lack %j", (tls, lacking) => {
    expect(tlsFailures(tls).map(({ property }) => property)).toEqual(lacking);
  });

  test("that are not known yet are not judged", () => {
    expect(reasons(UNKNOWN)).toEqual([]);
    expect(reasons({ caCert: UNKNOWN, clientCert: pem.client.cert, clientKey: UNKNOWN })).toEqual([]);
    expect(reasons({ skipVerify: UNKNOWN, skipClientVerify: UNKNOWN })).toEqual([]);
  });

  test("with the key of another certificate are refused", () => {
    expect(reasons({ ...all(), clientKey: pem.otherClient.key })).toEqual([
      expect.stringMatching(/^tls\.clientKey: is not the key of `clientCert`/),
    ]);
  });

  test("with a path, with mixed-up files or with an encrypted key say what is wrong", () => {
    const { privateKey: encrypted } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "hush" },
    });
    expect(reasons({ ...all(), caCert: "./certs/ca.pem" })).toEqual([
      expect.stringMatching(/^tls\.caCert: is not PEM but looks like a path.*readFileSync/),
    ]);
    expect(reasons({ ...all(), clientCert: pem.client.key })).toEqual([
      expect.stringMatching(/^tls\.clientCert: holds a private key, not only certificates/),
    ]);
    expect(reasons({ ...all(), clientKey: pem.client.cert })).toEqual([
      expect.stringMatching(/^tls\.clientKey: holds a certificate, not a private key/),
    ]);
    expect(reasons({ ...all(), clientKey: encrypted })).toEqual([
      expect.stringMatching(/^tls\.clientKey: is encrypted/),
    ]);
    expect(
      reasons({ ...all(), caCert: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }),
    ).toEqual([expect.stringMatching(/^tls\.caCert: is PEM, but not a certificate/)]);
  });

  test("are never shown in a failure", () => {
    const secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----";
    expect(reasons({ ...all(), clientKey: secret }).join()).not.toContain("c2VjcmV0");
  });

  test("mean the same however PEM is written, and whatever is not used", () => {
    const windows = { ...all(), caCert: `subject=x\r\n${pem.ca.replaceAll("\n", "\r\n")}\r\n` };
    expect(normalizeTls(windows)).toEqual(normalizeTls(all()));
    expect(normalizeTls({ ...all(), skipVerify: false })).toEqual(normalizeTls(all()));
    const skipping = { skipVerify: true, skipClientVerify: true };
    expect(normalizeTls({ ...all(), ...skipping })).toEqual(normalizeTls(skipping));
  });

  test("differ when a file does", () => {
    expect(normalizeTls({ ...all(), caCert: pem.otherCa })).not.toEqual(normalizeTls(all()));
    expect(fingerprintsOf(all())).toEqual({
      ca: expect.stringMatching(/^[0-9a-f]{64}$/),
      cert: expect.stringMatching(/^[0-9a-f]{64}$/),
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(fingerprintsOf(undefined)).toEqual({});
  });
});
