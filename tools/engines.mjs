import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("engines/main.mts");
