export interface PullLimits {
  readonly remaining: number;
  readonly limit: number;
}

export interface HubAccount {
  readonly username: string;
  readonly password: string;
}

/** No token was to be had. */
export class NoHubToken extends Error {}

/** Where Docker Hub is asked, and about which image: asking about this one does not count as a pull. */
export const DOCKER_HUB = { auth: "https://auth.docker.io", registry: "https://registry-1.docker.io" };
const IMAGE = "ratelimitpreview/test";
const TIMEOUT = 15_000;

/** How many pulls are left to an account, or to this address. Throws the reason if Docker Hub does not say. */
export async function pullLimits(account: HubAccount | undefined, hub = DOCKER_HUB): Promise<PullLimits> {
  const basic = account && Buffer.from(`${account.username}:${account.password}`).toString("base64");
  const signal = AbortSignal.timeout(TIMEOUT);
  const scope = `repository:${IMAGE}:pull`;
  const tokenAnswer = await fetch(`${hub.auth}/token?service=registry.docker.io&scope=${scope}`, {
    headers: basic ? { authorization: `Basic ${basic}` } : {},
    signal,
  }).catch((cause: Error) => {
    throw new NoHubToken(cause.message, { cause });
  });
  if (tokenAnswer.status !== 200)
    throw new NoHubToken(`failed fetching dockerhub token: ${tokenAnswer.status}`);
  const { token } = (await tokenAnswer.json()) as { token: string };
  const { status, headers } = await fetch(`${hub.registry}/v2/${IMAGE}/manifests/latest`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  if (status !== 200) throw new Error(`failed fetching dockerhub limits: ${status}`);
  // Accounts without a limit are told none.
  const amount = (name: string) => Number(/^\d+/.exec(headers.get(name) ?? "")?.[0] ?? -1);
  return { remaining: amount("ratelimit-remaining"), limit: amount("ratelimit-limit") };
}
