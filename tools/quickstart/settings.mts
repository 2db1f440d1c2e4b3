import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quickstartFolder } from "../machine/folders.mts";
import { freePort } from "../machine/free-port.mts";

/** What the first run decides and every later one keeps. */
export interface Settings {
  serverPort: number;
  containerPort: number;
  /** Files with one secret each, readable by their owner only. */
  adminPasswordFile: string;
  passphraseFile: string;
}

const settingsFile = join(quickstartFolder, "settings.json");

export async function readSettings(): Promise<Settings> {
  try {
    return JSON.parse(await readFile(settingsFile, "utf8")) as Settings;
  } catch {
    return await firstSettings();
  }
}

async function firstSettings(): Promise<Settings> {
  await mkdir(quickstartFolder, { recursive: true, mode: 0o700 });
  const serverPort = await freePort(9000);
  const settings: Settings = {
    serverPort,
    containerPort: await freePort(8080, [serverPort]),
    adminPasswordFile: await secretFile("admin-password"),
    passphraseFile: await secretFile("passphrase"),
  };
  await writeFile(`${settingsFile}.unfinished`, JSON.stringify(settings));
  await rename(`${settingsFile}.unfinished`, settingsFile);
  return settings;
}

async function secretFile(name: string): Promise<string> {
  const file = join(quickstartFolder, name);
  await writeFile(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
  return file;
}
