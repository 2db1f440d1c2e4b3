import { z } from "zod";
import type { ResourceReference } from "../../core/id";
import { type Argument, field, filledIn, put } from "../argument";
import { byteCount, Size, Text } from "../fields";
import { sizeText } from "../size";
import {
  canonicalVolume,
  readVolumes,
  ShortVolume,
  Target,
  toMount,
  type VolumeInput,
  VolumeSchema,
  volumesSince,
} from "./volume";

/** A container in a text; in a program it may be the `Container` itself. */
const Source: z.ZodType<string, string | ResourceReference> = Text("the container's name") as never;

export const storageFields = {
  /**
   * What is mounted: `"data:/var/lib/data:ro"` or `{ type, source, target, readOnly }`. A change recreates the
   * container; volumes keep their data. Docker: `HostConfig.Binds` for texts, `HostConfig.Mounts` for objects.
   */
  volumes: z.array(z.union([VolumeSchema, ShortVolume])).optional(),
  /**
   * Mount the volumes of these containers: `"name"`, `"name:ro"`, or the `Container`, with which it is then recreated. A
   * change recreates the container. Docker: `HostConfig.VolumesFrom`. @default none
   */
  volumesFrom: z.array(Source).optional(),
  /** Memory mounted as a folder: path to options (`"size=64m,mode=1777"`). A change recreates. Docker: `HostConfig.Tmpfs`. */
  tmpfs: z.record(Target, z.string()).optional(),
  /**
   * The size of /dev/shm; 0 is the default. A change recreates the container. Docker: `HostConfig.ShmSize`.
   * @default the engine's, 64m
   */
  shmSize: Size.optional(),
  /** Mount the container's own files read-only. A change recreates. Docker: `HostConfig.ReadonlyRootfs`. @default false */
  readOnly: z.boolean().optional(),
  /** Options of the storage driver. A change recreates the container. Docker: `HostConfig.StorageOpt`. */
  storageOpt: z.record(z.string(), z.string()).optional(),
};

export const storageArguments = {
  volumes: {
    change: "rollout",
    normalize: (volumes) =>
      volumes
        .map(canonicalVolume)
        .sort((left, right) => String(left["Target"]).localeCompare(String(right["Target"]))),
    write: (volumes, body) => {
      put(
        body,
        ["HostConfig", "Binds"],
        volumes.filter((volume) => typeof volume === "string"),
      );
      put(
        body,
        ["HostConfig", "Mounts"],
        volumes.filter((volume) => typeof volume !== "string").map(toMount),
      );
    },
    read: readVolumes,
    since: volumesSince,
  } satisfies Argument<VolumeInput[]>,
  volumesFrom: field<string[]>("HostConfig.VolumesFrom", "rollout"),
  tmpfs: field<Record<string, string>>("HostConfig.Tmpfs", "rollout"),
  shmSize: filledIn(field<string | number>("HostConfig.ShmSize", "rollout", byteCount, sizeText)),
  readOnly: field<boolean>("HostConfig.ReadonlyRootfs", "rollout"),
  storageOpt: field<Record<string, string>>("HostConfig.StorageOpt", "rollout"),
};
