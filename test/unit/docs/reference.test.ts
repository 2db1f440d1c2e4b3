import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { configName, environmentName, SETTING_KEYS } from "../../../provider/core/connection-settings";
import { ROOT } from "./pages";

test("the reference is what the sources say", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "tools", "docs", "main.mts"), "--check"],
    { encoding: "utf8" },
  );

  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
}, 300_000);

test("the guide names every setting with its places, and no other", () => {
  const guide = readFileSync(join(ROOT, "docs", "guides", "connection.md"), "utf8");

  const rows = [...guide.matchAll(/^\| `(\w+)` \| `(portainer:\w+)` \| `(PORTAINER_\w+)` \|/gm)];

  expect(rows.map(([, ...cells]) => cells)).toEqual(
    SETTING_KEYS.map((key) => [key, configName(key), environmentName(key)]),
  );
});
