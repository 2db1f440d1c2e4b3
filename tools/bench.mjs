import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("bench/main.mts");
