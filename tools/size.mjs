import { runOnOwnNode } from "./bootstrap.mjs";

await runOnOwnNode("package/size.mts");
