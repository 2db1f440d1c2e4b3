import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("test/main.mts");
