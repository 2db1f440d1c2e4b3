import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { extract } from "tar-stream";
import { contextStream, hashContext } from "../../../../provider/docker/image/context";

let context: string;
const path = (name: string) => join(context, name);

beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), "context-"));
  mkdirSync(path("src/empty"), { recursive: true });
  writeFileSync(path("Dockerfile"), "FROM scratch\n");
  writeFileSync(path("src/app.sh"), "echo 1\n", { mode: 0o755 });
  symlinkSync("app.sh", path("src/link"));
});
afterEach(() => rmSync(context, { recursive: true }));

test.each<[what: string, change: () => void]>([
  ["a file's content", () => writeFileSync(path("src/app.sh"), "echo 2\n")],
  ["a file's permissions", () => chmodSync(path("src/app.sh"), 0o644)],
  ["a further file", () => writeFileSync(path("src/b"), "")],
  ["a further folder", () => mkdirSync(path("src/more"))],
  ["a link", () => symlinkSync("elsewhere", path("other"))],
  ["the Dockerfile", () => writeFileSync(path("Dockerfile"), "FROM other\n")],
  ["the rules", () => writeFileSync(path(".dockerignore"), "src")],
])("%s changes the hash", (_what, change) => {
  const before = hashContext({ context });
  change();
  expect(hashContext({ context })).not.toBe(before);
  expect(before).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test("times, and what the rules leave out, do not change the hash", () => {
  writeFileSync(path(".dockerignore"), "*.log\nDockerfile\n");
  const before = hashContext({ context });
  utimesSync(path("src/app.sh"), 1, 1);
  writeFileSync(path("a.log"), "x");
  expect(hashContext({ context })).toBe(before);
});

test("says what is missing", () => {
  expect(() => hashContext({ context: path("none") })).toThrow(/there is no folder/);
  expect(() => hashContext({ context, dockerfile: "Other" })).toThrow(
    /there is no "Other".*build.dockerfile/,
  );
});

test("sends what counts: files, folders and links, and the Dockerfile whatever the rules say", async () => {
  writeFileSync(path(".dockerignore"), "**/*.sh\nDockerfile\nbuild\n");
  mkdirSync(path("build"));
  writeFileSync(path("build/Dockerfile"), "FROM scratch\n");
  writeFileSync(path("build/other"), "");
  const archive = extract();
  contextStream({ context, dockerfile: "build/Dockerfile" }).pipe(archive);
  const found: Record<string, string> = {};
  for await (const entry of archive) {
    const content = await text(entry);
    found[entry.header.name.replace(/\/$/, "")] = entry.header.linkname ?? content;
  }
  expect(found).toEqual({
    ".dockerignore": "**/*.sh\nDockerfile\nbuild\n",
    "build/Dockerfile": "FROM scratch\n",
    src: "",
    "src/empty": "",
    "src/link": "app.sh",
  });
});
