import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { run } from "../../machine/command.mts";

const DEFAULT_BRIDGE = "docker0";

/**
 * The network arguments of a private engine. Alone on the machine it uses Docker's defaults. Beside another engine it must
 * touch neither `docker0` nor the firewall rules, which are the other's: it gets a bridge of its own, and published ports go
 * through Docker's user-space proxy. So it does beside containers that a killed engine has left on `docker0`: they keep
 * their addresses, and a new container that got the same one would not be reached.
 */
export async function networkArguments(bridge: string): Promise<string[]> {
  if (!(await isAnotherEngineRunning()) && !(await isInUse(DEFAULT_BRIDGE))) return [];
  await addBridge(bridge);
  return [`--bridge=${bridge}`, "--iptables=false", "--ip6tables=false", "--ip-masq=false"];
}

export async function removeBridge(bridge: string): Promise<void> {
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
