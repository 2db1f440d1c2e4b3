import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption, run } from "../../machine/command.mts";
import { cacheFolder, shortNameOf } from "../../machine/folders.mts";
import {
  type Daemon,
  endProcess,
  isDaemonRunning,
  lastLogLines,
  startDaemon,
  stopDaemon,
} from "../../machine/process.mts";
import { SetUpError, step } from "../../machine/progress.mts";
import { freePort, tryLock } from "../../machine/reserve.mts";
import { type Engine, engineAt, engineClient } from "./find.mts";
import { installEnginePackages, whyNoPrivateEngine } from "./install.mts";
import { type Launch, launchIn, pathIn } from "./other-root.mts";

/** Arguments of `dockerd` that give every container what nobody's program asks for. */
export const DAEMON_DEFAULTS = [
  "--log-driver=json-file",
  "--log-opt=max-size=10m",
  "--log-opt=max-file=3",
  "--default-ulimit=nofile=1024:2048",
  "--default-shm-size=128m",
  "--default-ipc-mode=shareable",
];

/** Ends processes and mounts that a Docker engine (or what killed it) left in its folders; they hold on to its files. */
async function removeLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const pid of await processesNaming(folder)) await endProcess(pid, folder, 5_000);
    for (const mount of await mountsIn(folder)) await run("umount", ["--lazy", mount], { always: true });
  }
}

/** containerd and its shims name the engine's folder in their arguments. */
async function processesNaming(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })));
  return found
    .filter(({ command }) => /^(\S*\/)?containerd/.test(command) && command.includes(`${folder}/`))
    .map(({ pid }) => pid);
}

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

/** The folder itself too: an engine mounts its data folder on itself. Innermost first. */
async function mountsIn(folder: string): Promise<string[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return mounts.filter((mount) => mount === folder || mount.startsWith(`${folder}/`)).reverse();
}

const DEFAULT_BRIDGE = "docker0";

/**
 * The network arguments of a private engine. Alone on the machine it uses Docker's defaults. Beside another engine it must
 * touch neither `docker0` nor the firewall rules, which are the other's: it gets a bridge of its own, and published ports go
 * through Docker's user-space proxy. So it does beside containers that a killed engine has left on `docker0`: they keep
 * their addresses, and a new container that got the same one would not be reached.
 */
async function networkArguments(bridge: string): Promise<string[]> {
  if (!(await isAnotherEngineRunning()) && !(await isInUse(DEFAULT_BRIDGE))) return [];
  await addBridge(bridge);
  return [`--bridge=${bridge}`, "--iptables=false", "--ip6tables=false", "--ip-masq=false"];
}

async function removeBridge(bridge: string): Promise<void> {
  if (existsSync(`/sys/class/net/${bridge}`)) await run("ip", ["link", "delete", bridge], { always: true });
}

async function addBridge(bridge: string): Promise<void> {
  await removeBridge(bridge);
  await run("ip", ["link", "add", bridge, "type", "bridge"]);
  await run("ip", ["addr", "add", `${await freeAddress()}/24`, "dev", bridge]);
  await run("ip", ["link", "set", bridge, "up"]);
}

async function freeAddress(): Promise<string> {
  const routes = await run("ip", ["route"]);
  for (let third = 1; third < 255; third++) {
    if (!routes.includes(`10.77.${third}.`)) return `10.77.${third}.1`;
  }
  throw new Error("no free network is left in 10.77.0.0/16 for the engine's bridge");
}

async function isInUse(bridge: string): Promise<boolean> {
  const interfaces = await readdir(`/sys/class/net/${bridge}/brif`).catch(() => []);
  return interfaces.length > 0;
}

async function isAnotherEngineRunning(): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")));
  return names.some((name) => name.trim() === "dockerd");
}

/** What dockerd's last words mean on machines where it cannot run. */
const MEANINGS: ReadonlyArray<[RegExp, string]> = [
  [
    /iptables|NAT chain|nf_tables/i,
    "it may not change the firewall here (inside a container: start that one with --privileged)",
  ],
  [
    /operation not permitted|permission denied/i,
    "it lacks permissions here (inside a container: start that one with --privileged)",
  ],
  [/cgroup/i, "the machine's control groups are not writable or not mounted"],
  [/no space left/i, "the disk is full"],
  [/overlay|graphdriver/i, "the file system of its data folder carries none of its storage drivers"],
];

function explainStartFailure(log: string): string {
  const meaning = MEANINGS.find(([words]) => words.test(log))?.[1] ?? "see its last words";
  return `The private Docker engine did not start: ${meaning}. Start Docker yourself or set DOCKER_HOST. Its last words:\n${log}`;
}

const READY_WITHIN = 60_000;

interface PrivateEngineOptions {
  /** The root folder of another system, whose engine it is to be instead of this machine's. */
  root?: string;
  /** Further arguments of `dockerd`. */
  args?: readonly string[];
  /** Variables that `dockerd` has beside those of this process. */
  env?: Readonly<Record<string, string>>;
  /**
   * Runs the engine as on a machine of its own: with this host name, and in a network namespace of its own, which has the
   * engine's name.
   */
  hostname?: string;
}

/** It is alone in its network namespace, where nothing leads out: there is no firewall to write to. */
const NETWORK_OF_ITS_OWN = ["--iptables=false", "--ip6tables=false", "--ip-masq=false"];

/** Gives a program a host name, `$0`, and a folder of its own for what engines up to 20.10 take their id from. */
const WITH_HOSTNAME =
  'mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker && hostname "$0" && exec "$@"';

/** The same program on a machine of its own, as far as it can tell. */
const onOwnMachine = (namespace: string, hostname: string, { command, args }: Launch): Launch => ({
  command: "nsenter",
  args: [
    `--net=/run/netns/${namespace}`,
    ...["unshare", "--uts", "--mount", "/bin/sh", "-c", WITH_HOSTNAME, hostname, command, ...args],
  ],
});

async function addNamespace(name: string): Promise<void> {
  if (existsSync(`/run/netns/${name}`)) return;
  await run("ip", ["netns", "add", name]);
  await run("ip", ["-netns", name, "link", "set", "lo", "up"]);
}

async function removeNamespace(name: string): Promise<void> {
  if (existsSync(`/run/netns/${name}`)) await run("ip", ["netns", "delete", name], { always: true });
}

/** Puts a cable between two engines that have host names. Their addresses are these. */
export async function connect(one: PrivateEngine, other: PrivateEngine): Promise<[string, string]> {
  const ends = [one, other].map(({ name }, index) => ({
    name,
    link: "cable",
    address: `10.76.0.${index + 1}`,
  }));
  const [here, there] = ends as [(typeof ends)[number], (typeof ends)[number]];
  await run("ip", ["-netns", here.name, "link", "delete", here.link]).catch(() => {});
  const peer = ["peer", "name", there.link, "netns", there.name];
  await run("ip", ["-netns", here.name, "link", "add", here.link, "type", "veth", ...peer]);
  for (const { name, link, address } of ends) {
    await run("ip", ["-netns", name, "addr", "add", `${address}/24`, "dev", link]);
    await run("ip", ["-netns", name, "link", "set", link, "up"]);
  }
  return [here.address, there.address];
}

/** A Docker engine that belongs to one folder: its data there, its sockets in /run, where paths are short enough. */
export function privateEngine(
  folder: string,
  { root, args: more = [], env, hostname }: PrivateEngineOptions = {},
) {
  const name = `pp-${shortNameOf(folder)}`;
  const swarmBridge = `${name}-gw`;
  const runtime = join("/run", "pulumi-portainer", name);
  const data = join(folder, "data");
  const daemon: Daemon = {
    pidFile: join(runtime, "dockerd.pid"),
    logFile: join(folder, "dockerd.log"),
    mark: data,
  };
  const url = `unix://${join(runtime, "docker.sock")}`;
  const seen = (path: string) => pathIn(root, path);
  /** Found out once: after a restart it goes on in the network that it had. */
  let network: readonly string[] | undefined;
  const places = [
    `--data-root=${seen(data)}`,
    `--exec-root=${seen(runtime)}/exec`,
    `--pidfile=${seen(runtime)}/docker.pid`,
    `--host=unix://${seen(runtime)}/docker.sock`,
  ];

  const start = (): Promise<Engine> =>
    step(
      "Private Docker engine",
      async () => {
        if (!(await isDaemonRunning(daemon))) {
          if (hostname !== undefined) await addNamespace(name);
          network ??= hostname === undefined ? await networkArguments(name) : NETWORK_OF_ITS_OWN;
          const plain = launchIn(root, "dockerd", [...places, ...network, ...more]);
          const { command, args } = hostname === undefined ? plain : onOwnMachine(name, hostname, plain);
          await startDaemon(daemon, command, args, { ...process.env, ...env });
        }
        return answering(url, daemon);
      },
      ({ version }) => `${version} at ${url}`,
    );

  /** Ends it as a machine that is shut down does, and starts it again with what it has. */
  const restart = async (): Promise<Engine> => {
    await stopDaemon(daemon);
    return start();
  };

  /** Removes its containers, ends it and leaves nothing of it. */
  const remove = (): Promise<void> =>
    step("Stopping the private Docker engine", async () => {
      if (await isDaemonRunning(daemon)) await emptyEngine(url);
      await stopDaemon(daemon);
      await removeLeftovers([data, runtime]);
      await removeBridge(name);
      await removeBridge(swarmBridge);
      await removeNamespace(name);
      await rm(runtime, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    });

  return { name, url, swarmBridge, start, restart, remove, exists: () => existsSync(folder) };
}

export type PrivateEngine = ReturnType<typeof privateEngine>;

/**
 * An engine that is told to end waits ten seconds for each container that does not react to SIGTERM, and leaves the bridges
 * of its networks on the machine, each with a subnet that no other engine can have.
 */
async function emptyEngine(url: string): Promise<void> {
  using client = engineClient(url);
  // A swarm would start its containers anew.
  await client.json("/swarm/leave?force=true", "POST").catch(() => {});
  const containers = await client.json<{ Id: string }[]>("/containers/json?all=true");
  await Promise.allSettled(
    containers.map(({ Id }) => client.json(`/containers/${Id}?force=true&v=true`, "DELETE")),
  );
  const networks = await client.json<{ Id: string }[]>(`/networks?filters={"type":["custom"]}`);
  await Promise.allSettled(networks.map(({ Id }) => client.json(`/networks/${Id}`, "DELETE")));
}

async function answering(url: string, daemon: Daemon): Promise<Engine> {
  for (
    const deadline = Date.now() + READY_WITHIN;
    Date.now() < deadline;
    await sleep(200, undefined, { signal: interruption })
  ) {
    try {
      return await engineAt(url);
    } catch {
      if (!(await isDaemonRunning(daemon))) break;
    }
  }
  throw new SetUpError(explainStartFailure(await lastLogLines(daemon)));
}

const LOOPBACK = "127.0.0.1";
const SWARM_PORT = 2377;

/** Starts an engine of our own as the one node of a swarm: swarm mode is never switched on in somebody's engine. */
export async function startSwarmEngine(own: PrivateEngine): Promise<Engine> {
  const obstacle = await whyNoPrivateEngine();
  if (obstacle) throw new SetUpError(`Swarm needs an engine of our own, and ${obstacle}`);
  await installEnginePackages();
  const engine = await own.start();
  await step("Swarm", () => ensureSwarm(engine, own.swarmBridge));
  return engine;
}

async function ensureSwarm({ url }: Engine, bridge: string): Promise<void> {
  using client = engineClient(url);
  const { Swarm } = await client.json<{ Swarm: { ControlAvailable: boolean } }>("/info");
  if (Swarm.ControlAvailable) return;
  // Left to itself, every swarm engine of a machine takes the same bridge for this network.
  await client.json("/networks/create", "POST", {
    Name: "docker_gwbridge",
    Options: {
      "com.docker.network.bridge.name": bridge,
      "com.docker.network.bridge.enable_icc": "false",
    },
  });
  await client.json("/swarm/init", "POST", {
    ListenAddr: `${LOOPBACK}:${await freePort(SWARM_PORT)}`,
    AdvertiseAddr: LOOPBACK,
  });
}

interface ThrowawayEngine extends AsyncDisposable {
  engine: PrivateEngine;
}

/**
 * A private engine for one run, which nobody else uses meanwhile. There is one per slot, and a killed run frees its slot but
 * leaves its engine: the next run takes that over, and ends it.
 *
 * @param kind engines of one kind are not taken over for another
 */
export async function reserveThrowawayEngine(
  kind: "test" | "swarm" | "own" | "machine",
  options: PrivateEngineOptions = {},
): Promise<ThrowawayEngine> {
  for (let slot = 1; ; slot++) {
    const folder = join(cacheFolder, `${kind}-engines`, String(slot));
    const held = await tryLock(`${folder}.lock`);
    if (!held) continue;
    const engine = privateEngine(folder, options);
    const release = async () => {
      using _held = held;
      if (engine.exists()) await engine.remove();
    };
    return { engine, [Symbol.asyncDispose]: release };
  }
}
