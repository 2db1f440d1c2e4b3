// `npm run check:package`: packs the package as npm would publish it and checks the tarball.

import { explain, say } from "../machine/progress.mts";
import { checkPackage } from "./check.mts";

try {
  await checkPackage();
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = 1;
}
