import { run } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";

const RUNS = 15;

/** What a program pays that imports the package, beyond `@pulumi/pulumi`, and whether it loads what only the provider needs. */
const PROGRAM = `
  require("@pulumi/pulumi");
  const started = performance.now();
  require("./dist/sdk/index.js");
  const took = performance.now() - started;
  const heavy = Object.keys(require.cache).filter((file) => /node_modules.(undici|zod|hono)|dist.(server|provider|client)/.test(file));
  console.log(JSON.stringify({ took, heavy: heavy.length }));
`;

export function measureImport(): Promise<string> {
  return step("Importing the package", async () => {
    const runs: { took: number; heavy: number }[] = [];
    for (let i = 0; i < RUNS; i++) {
      runs.push(JSON.parse(await run(ownNode, ["-e", PROGRAM], { cwd: clone })));
    }
    const times = runs.map(({ took }) => took).toSorted((one, other) => one - other);
    const median = times[Math.floor(RUNS / 2)] ?? 0;
    return `  takes ${median.toFixed(1)} ms (median of ${RUNS}) after @pulumi/pulumi, and loads ${runs[0]?.heavy} files of undici, zod, provider, client or server`;
  });
}
