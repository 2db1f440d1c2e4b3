import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "./pages";

const guide = readFileSync(join(ROOT, "docs", "guides", "troubleshooting.md"), "utf8");

test("every message of the guide is one of ours, word for word", () => {
  const sources = textOf(["provider", "compose", "client", "sdk", "server", "cli", "contract"]);
  const messages = guide
    .split("\n")
    .filter((line) => line.startsWith("| `") && !line.includes("(Pulumi's own)"))
    .flatMap((line) => spansOf(line.split(" | ")[0] ?? ""));
  expect(messages.length).toBeGreaterThan(50);

  const strangers = messages.filter((message) => !partsOf(message).every((part) => sources.includes(part)));

  expect(strangers).toEqual([]);
});

/** The sources with the seams of texts that go over several lines closed. */
function textOf(folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => readFileSync(join(ROOT, folder, name), "utf8")),
    )
    .join("\n")
    .replaceAll(/["'`] \+\s*["'`]/g, "")
    .replaceAll("\\`", "`")
    .replaceAll('\\"', '"');
}

/** What stands between one or two backticks. */
function spansOf(cell: string): string[] {
  return [...cell.matchAll(/(``?) ?(.+?) ?\1(?!`)/g)].map(([, , text = ""]) => text);
}

/** What differs from case to case is a seam. */
function partsOf(message: string): string[] {
  return message
    .split("…")
    .map((part) => part.trim())
    .filter((part) => part.length > 1);
}
