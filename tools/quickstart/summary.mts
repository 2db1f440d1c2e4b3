import { relative } from "node:path";
import { clone } from "../machine/folders.mts";
import { say } from "../machine/progress.mts";
import type { Page } from "./page.mts";
import type { Server } from "./server.mts";
import type { Settings } from "./settings.mts";
import { example } from "./stack.mts";

interface Outcome {
  server: Server;
  settings: Settings;
  page: Page;
  environmentFile: string;
}

export function printSummary({ server, settings, page, environmentFile }: Outcome): void {
  const program = relative(clone, example);
  say(`
It runs, and a second \`pulumi up\` finds nothing to change.

  Container   ${page.url}
  Server      ${server.url}/api/status   (log: ${server.logFile})
  Sign in     admin, password in ${settings.adminPasswordFile}

Look at it    . ${environmentFile}; docker ps; pulumi --cwd ${program} stack --stack quickstart
Go on         change ${program}/index.ts, then npm run quickstart again
Remove it     npm run quickstart -- --destroy
`);
}
