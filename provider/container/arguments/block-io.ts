import { z } from "zod";
import { type Argument, field, type Wire } from "../argument";
import { byteCount, Size } from "../fields";

/** A device of the host, such as `/dev/sda`. */
const Device = z.string().startsWith("/", "must be a device's path, such as /dev/sda");
const Rate = z.int().positive("must be above 0");

export const blockIoFields = {
  /**
   * Weights for access to single devices: path to a number from 10 to 1000. A change recreates the container. Docker:
   * `HostConfig.BlkioWeightDevice`. @default none
   */
  blkioWeightDevice: z.record(Device, z.int().min(10).max(1000)).optional(),
  /**
   * The most that is read from a device in a second: path to a size, `{ "/dev/sda": "10m" }`. A change recreates the
   * container. Docker: `HostConfig.BlkioDeviceReadBps`, bytes. @default no limit
   */
  deviceReadBps: z.record(Device, Size).optional(),
  /**
   * The most that is written to a device in a second: path to a size. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteBps`, bytes. @default no limit
   */
  deviceWriteBps: z.record(Device, Size).optional(),
  /**
   * How many reads from a device in a second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceReadIOps`. @default no limit
   */
  deviceReadIops: z.record(Device, Rate).optional(),
  /**
   * How many writes to a device in a second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteIOps`. @default no limit
   */
  deviceWriteIops: z.record(Device, Rate).optional(),
};

/** A map by device; the engine has a list of objects. */
function perDevice<Value>(
  name: string,
  amount: "Weight" | "Rate",
  discarded: RegExp,
  to: (value: Value) => unknown = (value) => value,
): Argument<Record<string, Value>> {
  return {
    ...field<Record<string, Value>>(
      `HostConfig.${name}`,
      "rollout",
      (devices) =>
        Object.entries(devices)
          .map(([Path, value]) => ({ Path, [amount]: to(value) }))
          .sort((left, right) => left.Path.localeCompare(right.Path)),
      (wire: Wire[]) => Object.fromEntries(wire.map((entry) => [entry["Path"], entry[amount]])),
    ),
    discarded,
  };
}

export const blockIoArguments = {
  blkioWeightDevice: perDevice<number>("BlkioWeightDevice", "Weight", /weight-device discarded/i),
  deviceReadBps: perDevice("BlkioDeviceReadBps", "Rate", /BPS read limit discarded/i, byteCount),
  deviceWriteBps: perDevice("BlkioDeviceWriteBps", "Rate", /BPS write limit discarded/i, byteCount),
  deviceReadIops: perDevice<number>("BlkioDeviceReadIOps", "Rate", /IOPS read limit discarded/i),
  deviceWriteIops: perDevice<number>("BlkioDeviceWriteIOps", "Rate", /IOPS write limit discarded/i),
};
