// `npm run quickstart`: from a bare clone to a running container, made by one `pulumi up` through a server of our own.
//
//   npm run quickstart                  sets up what is missing, deploys examples/bootstrap, shows that it runs
//   npm run quickstart -- --yes         does not ask before it installs anything
//   npm run quickstart -- --destroy     takes all of it down again

import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "../machine/folders.mts";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "../machine/interruption.mts";
import { lock } from "../machine/lock.mts";
import { say } from "../machine/progress.mts";
import { explain } from "../machine/set-up-error.mts";
import { deploy } from "./deploy.mts";
import { destroy } from "./destroy.mts";

cleanUpWhenInterrupted();
try {
  const { values } = parseArgs({
    options: { yes: { type: "boolean", default: false }, destroy: { type: "boolean", default: false } },
  });
  using _turn = await lock(join(cacheFolder, "quickstart.lock"), () =>
    say("Another quick start is running; waiting for it"),
  );
  await (values.destroy ? destroy() : deploy(values.yes));
} catch (error) {
  say(`\n${explain(error)}`);
  say(
    interruption.aborted
      ? "Interrupted. Run it again to go on from here."
      : "\nRun it again to go on from here, or take everything down: npm run quickstart -- --destroy",
  );
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : 1;
}
