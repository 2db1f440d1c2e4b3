import { cacheFolder } from "../machine/folders.mts";
import { findEngine } from "../setup/engine/find.mts";
import { missingEnginePackages } from "../setup/engine/install.mts";
import { hasGo } from "../setup/go/toolchain.mts";
import { findPulumi } from "../setup/pulumi/find.mts";
import { quickstartEngine } from "./engine.mts";

/** What will be installed or started because the machine does not have it, each as a line for a person. */
export async function planOf(): Promise<string[]> {
  return [...(await planForEngine()), ...(await planForPulumi())];
}

async function planForEngine(): Promise<string[]> {
  if (quickstartEngine.exists() || (await findEngine()).engine) return [];
  const packages = await missingEnginePackages();
  return [
    ...(packages.length > 0 ? [`Debian packages, with apt-get: ${packages.join(", ")} (they stay)`] : []),
    "a private Docker engine, running until --destroy",
  ];
}

async function planForPulumi(): Promise<string[]> {
  if (await findPulumi()) return [];
  const go = (await hasGo()) ? "with the Go that is here" : "with a Go fetched for it";
  return [
    `the Pulumi CLI in ${cacheFolder}: downloaded, or where that is impossible built from source ${go} (about 10 minutes, once; it stays)`,
  ];
}
