/** `ipam` of a network: its schema, the body for the engine, and the comparison with what the engine shows. */
import { z } from "zod";
import type { NetworkInspect } from "../../contract";
import { equal, noneIfEmpty } from "../core/diff";
import { type Texts, TextsSchema } from "./identity";

const NO_SUBNET = "is not a subnet such as 10.1.0.0/24";
const NO_ADDRESS = "is not an address such as 10.1.0.1";

const Cidr = z.union([z.cidrv4(NO_SUBNET), z.cidrv6(NO_SUBNET)]);
const Address = z.union([z.ipv4(NO_ADDRESS), z.ipv6(NO_ADDRESS)]);

const PoolSchema = z.strictObject({
  /** The subnet, `"10.1.0.0/24"`. */
  subnet: Cidr,
  /** The part of the subnet that containers get addresses from. @default all of it */
  ipRange: Cidr.optional(),
  /** The gateway's address. @default the subnet's first */
  gateway: Address.optional(),
  /** Addresses that containers never get, by the name of the host that has them. @default none */
  auxAddresses: TextsSchema.optional(),
});

export const IpamSchema = z.strictObject({
  /** The driver that assigns addresses. @default "default" */
  driver: z.string().min(1).optional(),
  /** Options for that driver. @default none */
  options: TextsSchema.optional(),
  /** The subnets. @default one of the engine's choice */
  config: z.array(PoolSchema).optional(),
});
export type Ipam = z.infer<typeof IpamSchema>;
type Pool = z.infer<typeof PoolSchema>;

/** `IPAM` in the body that creates a network. */
export function ipamRequest({ driver, options, config }: Ipam): object {
  return {
    ...(driver && { Driver: driver }),
    ...(options && { Options: options }),
    ...(config && {
      Config: config.map(({ subnet, ipRange, gateway, auxAddresses }) => ({
        Subnet: subnet,
        ...(ipRange && { IPRange: ipRange }),
        ...(gateway && { Gateway: gateway }),
        ...(auxAddresses && { AuxiliaryAddresses: auxAddresses }),
      })),
    }),
  };
}

/** The same without empty parts, since the engine chooses what is empty. `null` if nothing is left. */
export function canonicalIpam({ driver, options, config }: Ipam): object | null {
  const pools = config?.map(({ auxAddresses, ...pool }) => ({
    ...pool,
    auxAddresses: noneIfEmpty(auxAddresses),
  }));
  const ipam = { driver, options: noneIfEmpty(options), config: noneIfEmpty(pools) };
  return Object.values(ipam).every((value) => (value ?? null) === null) ? null : ipam;
}

/**
 * The actual `ipam`, or the desired one if both mean the same: the engine fills in the gateway and the driver itself.
 */
export function readIpam(actual: NetworkInspect["IPAM"], desired: Ipam | undefined): Ipam | undefined {
  if (desired === undefined) return ipamOf(actual, undefined);
  if (canonicalIpam(desired) === null) return desired;
  const { config, ...others } = desired;
  const shown = ipamOf(actual, config?.length === 0 ? others : desired);
  return shown && equal(canonicalIpam(shown), canonicalIpam(desired)) ? desired : shown;
}

function ipamOf(actual: NetworkInspect["IPAM"], desired: Ipam | undefined): Ipam | undefined {
  const config = (actual?.Config ?? []).map(poolOf);
  const whole = {
    driver: actual?.Driver ?? "default",
    options: (actual?.Options ?? {}) as Texts,
    config: desired?.config ? config.map((pool, at) => cut(pool, desired.config?.[at])) : config,
  };
  return cut(whole, desired ?? { config: [] }) as Ipam;
}

function poolOf({ Subnet = "", IPRange, Gateway, AuxiliaryAddresses }: Wire): Pool {
  return {
    subnet: Subnet,
    ...(IPRange && { ipRange: IPRange }),
    ...(Gateway && { gateway: Gateway }),
    ...(AuxiliaryAddresses &&
      Object.keys(AuxiliaryAddresses).length > 0 && { auxAddresses: AuxiliaryAddresses }),
  };
}
type Wire = NonNullable<NonNullable<NonNullable<NetworkInspect["IPAM"]>["Config"]>[number]>;

/** Only the desired properties; all of them if nothing is desired. */
function cut<T extends object>(whole: T, desired: object | undefined): T {
  if (!desired) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key in desired)) as T;
}
