import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("package/main.mts");
