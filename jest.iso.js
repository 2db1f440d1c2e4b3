const { availableParallelism } = require("node:os");

/** One project per kind of test (see CONTRIBUTING.md): what each needs is set up by `npm test`. */
const project = (name, more = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { isolatedModules: true, diagnostics: { ignoreCodes: [151001] } }] },
  ...more,
});

module.exports = {
  // Most of the time of a test is waiting, for an engine or for Pulumi: two cores carry four files at a time.
  maxWorkers: Math.max(4, availableParallelism() - 1),
  // The same within a file that says `test.concurrent`.
  maxConcurrency: 3,
  testSequencer: "<rootDir>/tools/test/longest-first.cjs",
  // A limit for what hangs, not a measure of speed: these tests run four at a time on machines with other work to do.
  testTimeout: 120_000,
  // The last one needs a real Kubernetes cluster, which `npm test` cannot set up, and so is no part of it.
  projects: ["unit", "server", "twin", "host", "engine", "stack", "browser", "cluster"].map((name) =>
    project(name),
  ),
};
