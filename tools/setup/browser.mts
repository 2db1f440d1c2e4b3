import { which } from "../machine/command.mts";
import { SetUpError, say } from "../machine/progress.mts";
import { canInstallPackages, installPackages } from "./debian.mts";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium: the machine's own, else Debian's, installed. */
export async function ensureBrowser(): Promise<string> {
  const found = await findBrowser();
  if (found) {
    say(`✓ Chromium: ${found}`);
    return found;
  }
  if (!(await canInstallPackages()))
    throw new SetUpError("No Chromium is installed: install chromium with your package manager.");
  await installPackages(["chromium"], "a browser");
  const installed = await findBrowser();
  if (!installed) throw new SetUpError("Debian's package chromium has left no program of that name on PATH.");
  return installed;
}

async function findBrowser(): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const path = await which(program);
    if (path) return path;
  }
  return undefined;
}
