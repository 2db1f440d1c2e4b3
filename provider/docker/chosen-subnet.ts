/** Which subnets an engine picks for networks that are created without `ipam`. */
import { BlockList, isIPv4 } from "node:net";
import type { EngineInfo } from "../../contract";
import type { Ipam } from "./ipam";

interface Pool {
  readonly Base: string;
  readonly Size: number;
}

/** The address pools of an engine that is not configured with others. */
const POOLS: readonly Pool[] = [
  { Base: "172.16.0.0/12", Size: 16 },
  { Base: "192.168.0.0/16", Size: 20 },
];
/** Those of a swarm. */
const SWARM_POOL = "10.0.0.0/8";
const SWARM_SIZE = 24;

/** Whether the engine, or its swarm, chose the network's subnet and gateway, as for a network without `ipam`. */
export function isChosenByEngine(
  ipam: Ipam | undefined,
  info: EngineInfo,
  scope: "swarm" | "local",
): boolean {
  const [only, ...more] = ipam?.config ?? [];
  if (!ipam || !only || more.length > 0 || Object.keys(ipam).length > 1) return false;
  const { subnet, gateway, ...further } = only;
  const [network = "", size] = subnet.split("/");
  const isFirst = gateway === undefined || gateway === network.replace(/0$/, "1");
  if (!isFirst || Object.keys(further).length > 0) return false;
  return poolsOf(info, scope).some(
    ({ Base, Size }) => Size === Number(size) && isIPv4(network) && holds(Base, network),
  );
}

function poolsOf({ DefaultAddressPools, Swarm }: EngineInfo, scope: "swarm" | "local"): readonly Pool[] {
  if (scope === "local") return DefaultAddressPools ?? POOLS;
  const { DefaultAddrPool, SubnetSize } = Swarm?.Cluster ?? {};
  return (DefaultAddrPool ?? [SWARM_POOL]).map((Base) => ({ Base, Size: SubnetSize || SWARM_SIZE }));
}

function holds(pool: string, address: string): boolean {
  const [base = "", size] = pool.split("/");
  const list = new BlockList();
  if (isIPv4(base)) list.addSubnet(base, Number(size));
  return list.check(address);
}
