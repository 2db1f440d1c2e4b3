import { run, which } from "../../machine/command.mts";
import { messageOf } from "../../machine/set-up-error.mts";
import { engineVersion } from "./client.mts";

export interface Engine {
  /** `unix:///path` or `tcp://host:port` */
  url: string;
  version: string;
  arch: string;
}

export interface Search {
  engine: Engine | undefined;
  /** Why each place that was looked at is not it. */
  reasons: string[];
}

const DEFAULT_SOCKET = "unix:///var/run/docker.sock";

/** Looks where the docker CLI looks, then at `more` URLs. */
export async function findEngine(more: readonly string[] = []): Promise<Search> {
  const reasons: string[] = [];
  for (const { place, url } of await candidates(more)) {
    try {
      return { engine: await engineAt(url), reasons };
    } catch (error) {
      reasons.push(`${place}: ${messageOf(error)}`);
    }
  }
  return { engine: undefined, reasons };
}

export async function engineAt(url: string): Promise<Engine> {
  if (!/^(unix|tcp):\/\//.test(url)) throw new Error(`${url} is neither unix:// nor tcp://`);
  const { Version, ApiVersion, Arch } = await engineVersion(url);
  return { url, version: `${Version}, API ${ApiVersion}`, arch: Arch };
}

async function candidates(more: readonly string[]) {
  const { DOCKER_HOST } = process.env;
  if (DOCKER_HOST) return [{ place: "DOCKER_HOST", url: DOCKER_HOST }];
  const context = await urlOfDockerContext();
  return [
    { place: DEFAULT_SOCKET, url: DEFAULT_SOCKET },
    ...(context && context !== DEFAULT_SOCKET ? [{ place: "the current docker context", url: context }] : []),
    ...more.map((url) => ({ place: url, url })),
  ];
}

async function urlOfDockerContext(): Promise<string | undefined> {
  if (!(await which("docker"))) return undefined;
  try {
    return (await run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).trim();
  } catch {
    return undefined;
  }
}
