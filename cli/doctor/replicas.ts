import { lookup } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import { Status } from "../../contract";
import { apiUrl } from "../../provider/connection";
import { flag, headersOf, type SettingTexts } from "../../provider/core/connection-settings";
import type { Replica } from "./report";

/** How often a single address is asked: a load balancer behind it may lead to another replica each time. */
const ATTEMPTS = 4;

/**
 * Asks every address of the server's name for the status, each time over a connection of its own. A single address is
 * asked several times, and each of those who answered is listed once.
 */
export async function askReplicas(
  url: string,
  settings: SettingTexts,
  timeout: number,
): Promise<readonly Replica[]> {
  const target = new URL(apiUrl(url, "/status"));
  const addresses = await addressesOf(target.hostname);
  const attempts = addresses.length === 1 ? ATTEMPTS : 1;
  const asked = addresses.flatMap((address) => Array.from({ length: attempts }, () => address));
  const answers = await Promise.all(asked.map((address) => ask(target, address, settings, timeout)));
  const byWho = new Map(
    answers.map((answer) => [`${answer.address} ${answer.instanceId} ${answer.version}`, answer]),
  );
  return [...byWho.values()];
}

/** IPv6 addresses count only where there are no others, since many machines cannot reach them. */
async function addressesOf(hostname: string): Promise<readonly string[]> {
  try {
    const all = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true });
    const four = all.filter(({ family }) => family === 4);
    return (four.length > 0 ? four : all).map(({ address }) => address);
  } catch {
    return []; // The client has said so by then.
  }
}

async function ask(target: URL, address: string, settings: SettingTexts, timeout: number): Promise<Replica> {
  const silent = { address, version: null, instanceId: null, latency: null, clockDifference: null };
  const start = Date.now();
  try {
    const { date, body } = await get(target, address, settings, timeout);
    const end = Date.now();
    const { Version, InstanceID } = Status.parse(JSON.parse(body));
    return {
      address,
      version: Version,
      instanceId: InstanceID,
      latency: end - start,
      clockDifference: date === undefined ? null : differenceOfDate(date, (start + end) / 2),
    };
  } catch {
    return silent;
  }
}

/** The header `Date` has whole seconds, half a second ago on average. */
function differenceOfDate(date: string, now: number): number | null {
  const difference = (Date.parse(date) + 500 - now) / 1000;
  return Number.isNaN(difference) ? null : Math.round(difference);
}

interface Answered {
  readonly date: string | undefined;
  readonly body: string;
}

function get(target: URL, address: string, settings: SettingTexts, timeout: number): Promise<Answered> {
  const isHttps = target.protocol === "https:";
  const { caCert: ca, clientCert: cert, clientKey: key, headers, skipVerify } = settings;
  const options = {
    host: address,
    port: target.port || (isHttps ? 443 : 80),
    path: target.pathname,
    headers: { ...headersOf(headers), host: target.host },
    agent: false,
    timeout: timeout * 1000,
    ...(isHttps && {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(isIP(target.hostname) === 0 && { servername: target.hostname }),
      rejectUnauthorized: !flag("skipVerify", skipVerify),
    }),
  };
  return new Promise((resolve, reject) => {
    const request = (isHttps ? requestHttps : requestHttp)(options, (response) => {
      text(response).then((body) => resolve({ date: response.headers.date, body }), reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer"))).on("error", reject);
    request.end();
  });
}
