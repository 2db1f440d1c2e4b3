import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("docs/main.mts");
