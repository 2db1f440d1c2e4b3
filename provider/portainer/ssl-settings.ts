import { z } from "zod";
import type { ResponseOf } from "../../client";
import type { contract } from "../../contract";
import { ProviderError } from "../core/errors";
import { certificateProblem, isKeyOf, keyProblem, normalizePem } from "../core/pem";
import { type Properties, UNKNOWN } from "../core/properties";
import { portainerSetting, type SettingOutputs } from "../core/setting";
import type { Failure } from "../core/validate";

export const SslSettingsSchema = z.object({
  /**
   * The server's certificate as PEM, with the certificates that lead to its authority behind it. Secret, like all that
   * Portainer never shows: a certificate changed there is not seen. With `key`. Changed in place, without a restart. Portainer: `Cert`.
   * @default not managed; a server without one makes a self-signed one
   */
  cert: z.string().optional(),
  /** The private key of `cert`, as PEM without a passphrase. Secret. With `cert`. Changed in place. Portainer: `Key`. @default not managed */
  key: z.string().optional(),
  /**
   * Whether the server answers HTTP too, besides HTTPS. Switching it off is refused while the provider's own `url` begins
   * with `http://`. Changed in place. Portainer: `HTTPEnabled`. @default not managed
   */
  httpEnabled: z.boolean().optional(),
});
export type SslSettingsArgs = z.input<typeof SslSettingsSchema>;

export interface SslSettingsOutputs extends SettingOutputs {}

type Wire = ResponseOf<typeof contract.ssl.get>;

const PROBLEMS = { cert: certificateProblem, key: keyProblem } as const;

function validate(inputs: Properties): Failure[] {
  const known = (property: keyof typeof PROBLEMS): string | undefined => {
    const value = inputs[property];
    return typeof value === "string" && value !== UNKNOWN ? value : undefined;
  };
  const isSet = (property: keyof typeof PROBLEMS) => (inputs[property] ?? undefined) !== undefined;
  if (isSet("cert") !== isSet("key")) {
    const [missing, given] = isSet("cert") ? ["key", "cert"] : ["cert", "key"];
    return [
      { property: missing, reason: `\`${given}\` needs \`${missing}\`: Portainer takes both together` },
    ];
  }
  const [cert, key] = [known("cert"), known("key")];
  const failures = (["cert", "key"] as const).flatMap((property) => {
    const pem = known(property);
    const reason = pem === undefined ? undefined : PROBLEMS[property](pem);
    return reason === undefined ? [] : [{ property, reason }];
  });
  if (failures.length > 0 || cert === undefined || key === undefined || isKeyOf(key, cert)) return failures;
  return [
    { property: "key", reason: "is not the key of `cert`: give the two files that were made together" },
  ];
}

/** How the server is served: its certificate, and whether it answers HTTP. */
export const sslSettings = portainerSetting<typeof SslSettingsSchema, Wire>({
  type: "SslSettings",
  what: "the TLS settings",
  id: "ssl",
  schema: SslSettingsSchema,
  secrets: ["cert", "key"],
  properties: { cert: { normalize: normalizePem }, key: { normalize: normalizePem } },
  misnomers: {
    certificate: "cert",
    certPem: "cert",
    sslCert: "cert",
    privateKey: "key",
    sslKey: "key",
    http_enabled: "httpEnabled",
    http: "httpEnabled",
  },
  validate,

  inputs: ({ httpEnabled }) => ({ httpEnabled }),
  read: (client) => client.ssl.get(),
  async update({ connection }, { cert, key, httpEnabled }, before) {
    if (httpEnabled === false && /^http:/i.test(connection.url)) {
      throw new ProviderError(
        `\`httpEnabled: false\` would end this program's own connection, ${connection.url}. Nothing was changed. Give the provider the https:// url of this server first.`,
      );
    }
    await connection.client.ssl.update({
      body: {
        Cert: cert && normalizePem(cert),
        Key: key && normalizePem(key),
        HTTPEnabled: httpEnabled,
      },
    });
    // Not read again: the connection that trusts the certificate from before may not trust the new one.
    return { ...before, httpEnabled: httpEnabled ?? before.httpEnabled };
  },
});
