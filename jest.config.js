/** One project per kind of test (see CONTRIBUTING.md): what each needs is set up by `npm test`. */
const project = (name, more = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: { ignoreCodes: [151001] } }] },
  ...more,
});

module.exports = {
  // A limit for what hangs, not a measure of speed: these tests run two at a time on machines with other work to do.
  testTimeout: 30_000,
  // The last one needs a real Kubernetes cluster, which `npm test` cannot set up, and so is no part of it.
  projects: ["unit", "server", "twin", "host", "engine", "stack", "browser", "cluster"].map((name) =>
    project(name),
  ),
};
