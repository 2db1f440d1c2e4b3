// `npm test`: sets up what the chosen suites need, hands it to them, runs Jest, takes down what it started.
//
//   npm test                                     everything
//   npm test -- --selectProjects unit server     some suites; what only the others need is not set up
//   npm test -- test/host/container.test.ts      any argument of Jest
//
// Tests find their parts in the environment:
//
//   TEST_ENGINE       URL of a Docker engine, unix:///… or tcp://…             engine, twin, stack
//   TEST_IMAGE        image with a shell, httpd, nc, wget and sleep              engine, twin, stack
//   TEST_OTHER_IMAGE  the same with another page in /www                          engine, twin, stack
//   TEST_OWN_ENGINE   root folder of the system whose engine a test may start, /   engine, stack
//   TEST_SWARM_ENGINE URL of an engine that is a swarm of its own                engine, stack, twin
//   TEST_COMPOSE      Docker configuration folder: `docker compose` works with it  twin
//   TEST_REGISTRY     program of a registry, Debian's docker-registry              engine, stack
//   TEST_POSTGRES     URL of a PostgreSQL server, with an administrator           host, twin
//   TEST_PULUMI       folder with the Pulumi CLI and its Node language host        stack
//   TEST_YAML         folder with the language host for YAML                      stack
//   TEST_PYTHON       folders for PATH: Python with Pulumi's SDK, language host   stack
//   TEST_SDK_GENERATORS  folder with language hosts that generate SDKs            stack
//   TEST_BROWSER      path of a Chromium                                         browser
//
// The last line is `N passed, N failed`. A suite that this machine cannot run is named with what it needs; with CI=true that
// is a failure, and so is a skipped test.

import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "../machine/command.mts";
import { explain, say } from "../machine/progress.mts";
import { failedOnce, printTally } from "./jest.mts";
import { readArguments, runTests } from "./run-tests.mts";

cleanUpWhenInterrupted();
try {
  const tally = await runTests(readArguments(process.argv.slice(2)));
  interruption.throwIfAborted();
  process.exitCode = printTally(tally);
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : printTally(failedOnce);
}
