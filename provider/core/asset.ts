/** Pulumi's assets, as a provider receives them. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { asset } from "@pulumi/pulumi";
import { z } from "zod";
import { ProviderError } from "./errors";

/** The keys by which Pulumi marks an asset in the inputs of a provider. */
const ASSET_KEY = "4dabf18193072939515e22adb298388d";
const ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17";

const SerializedAsset = z.looseObject({
  [ASSET_KEY]: z.literal(ASSET_SIGNATURE),
  hash: z.string().optional(),
  text: z.string().optional(),
  path: z.string().optional(),
  uri: z.string().optional(),
});
export type WireAsset = {
  /** The SHA-256 of the content, in hex. */
  hash?: string;
  text?: string;
  path?: string;
  uri?: string;
};

/** A program passes one of Pulumi's assets; the provider receives Pulumi's serialized form. */
export const AssetSchema: z.ZodType<WireAsset, asset.Asset> = SerializedAsset as never;

export const isAsset = (value: object): value is WireAsset => ASSET_KEY in value;

/**
 * The content of an asset.
 *
 * @param property the input that has it, for the error.
 */
export async function bytesOf({ text, path, uri }: WireAsset, property: string): Promise<Buffer> {
  if (text !== undefined) return Buffer.from(text);
  if (path !== undefined) return await readFile(resolve(path));
  throw new ProviderError(
    `${property}: the content of ${uri ?? "this asset"} cannot be read here: use a FileAsset or a StringAsset`,
  );
}
