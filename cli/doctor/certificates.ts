import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Endpoint } from "../../contract";
import type { SettingTexts } from "../../provider/core/connection-settings";
import { type Found, type Limits, problem } from "./finding";
import type { CertificateReport } from "./report";

const DAY = 24 * 60 * 60 * 1000;

/** Those that can be seen from here: the server's, the provider's own, and those of engines that speak TLS. */
export async function certificatesOf(
  url: string,
  { clientCert, caCert }: SettingTexts,
  endpoints: readonly Endpoint[],
  now: number,
  { timeout, warnDays, criticalDays }: Limits,
): Promise<Found<readonly CertificateReport[]>> {
  const { protocol, hostname, port } = new URL(url);
  const servers = [
    ...(protocol === "https:" ? [{ of: url, hostname, port: Number(port || 443) }] : []),
    ...endpoints.flatMap(({ Name, URL: engine, TLSConfig }) => {
      const target = TLSConfig.TLS && URL.canParse(engine) ? new URL(engine) : undefined;
      if (!target?.hostname) return [];
      return [{ of: `environment ${Name}`, hostname: target.hostname, port: Number(target.port || 2376) }];
    }),
  ];
  const shown = await Promise.all(
    servers.map(async (server) => ({ of: server.of, certificate: await shownCertificate(server, timeout) })),
  );
  const own = Object.entries({ clientCert, caCert }).map(([of, pem]) => ({
    of,
    certificate: parseCertificate(pem ?? ""),
  }));
  const value = [...shown, ...own].flatMap(({ of, certificate }) =>
    certificate ? [certificateReport(of, certificate, now)] : [],
  );
  return {
    value,
    problems: value.flatMap(({ of, daysLeft, expires }) => {
      if (daysLeft >= warnDays) return [];
      const when = daysLeft < 0 ? "expired on" : `expires in ${daysLeft} days, on`;
      const severity = daysLeft < criticalDays ? "critical" : "warning";
      return [problem(severity, `certificate of ${of}`, `It ${when} ${expires.slice(0, 10)}: renew it.`)];
    }),
  };
}

function certificateReport(of: string, certificate: X509Certificate, now: number): CertificateReport {
  const { subject, issuer, validTo } = certificate;
  const expires = new Date(validTo);
  return {
    of,
    subject: onOneLine(subject),
    issuer: onOneLine(issuer),
    expires: expires.toISOString(),
    daysLeft: Math.floor((expires.getTime() - now) / DAY),
  };
}

const onOneLine = (name: string | undefined): string => (name ?? "").replaceAll("\n", ", ");

/** The first certificate in a text as PEM; `undefined` if there is none. */
function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/**
 * The certificate that a server shows, be it valid or not; `undefined` if this machine cannot reach the server or it
 * shows none. Nothing is sent over the connection.
 */
function shownCertificate(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  timeout: number,
): Promise<X509Certificate | undefined> {
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    const end = (certificate?: X509Certificate) => {
      resolve(certificate);
      socket.destroy();
    };
    socket.setTimeout(timeout * 1000, () => end());
    socket.on("error", () => end());
    socket.once("secureConnect", () => end(socket.getPeerX509Certificate()));
  });
}
