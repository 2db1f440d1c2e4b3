import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("ci/main.mts");
