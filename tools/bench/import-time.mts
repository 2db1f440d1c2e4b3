import { run } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";

const RUNS = 15;

/** What a program pays that imports the package, beyond `@pulumi/pulumi`, and whether it loads more than its classes. */
const PROGRAM = `
  require("@pulumi/pulumi");
  const before = new Set(Object.keys(require.cache));
  const started = performance.now();
  require("./dist/sdk/index.js");
  const took = performance.now() - started;
  const loaded = Object.keys(require.cache).filter((file) => !before.has(file));
  const others = loaded.filter((file) => !/dist.sdk/.test(file));
  console.log(JSON.stringify({ took, others: others.length }));
`;

export function measureImport(): Promise<string> {
  return step("Importing the package", async () => {
    const runs: { took: number; others: number }[] = [];
    for (let i = 0; i < RUNS; i++) {
      runs.push(JSON.parse(await run(ownNode, ["-e", PROGRAM], { cwd: clone })));
    }
    const times = runs.map(({ took }) => took).toSorted((one, other) => one - other);
    const median = times[Math.floor(RUNS / 2)] ?? 0;
    return `  takes ${median.toFixed(1)} ms (median of ${RUNS}) after @pulumi/pulumi, and loads ${runs[0]?.others} files besides the classes`;
  });
}
