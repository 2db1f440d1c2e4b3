import { expect, test } from "@jest/globals";
import { parseIgnore } from "../../../../provider/docker/image/ignore";

/** Rules, paths that they leave out, and paths that stay. */
const TABLE: readonly (readonly [rules: string, out: readonly string[], stays: readonly string[]])[] = [
  ["node_modules", ["node_modules", "node_modules/a/b.js"], ["src/node_modules", "node_modules.txt"]],
  ["/dist/", ["dist", "dist/a.js"], ["src/dist"]],
  ["*.log", ["a.log"], ["logs/a.log", "a.log.txt"]],
  ["**/*.log", ["a.log", "logs/a.log", "a/b/c.log"], ["a.txt"]],
  ["*/temp*", ["a/temp", "a/temporary.txt", "a/temp/b"], ["temp", "a/b/temp"]],
  ["**/temp", ["temp", "a/temp", "a/b/temp/c"], ["a/temps"]],
  ["a/**", ["a/b", "a/b/c"], ["b", "ab"]],
  ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a/b", "z"]],
  ["temp?", ["tempa", "tempb/c"], ["temp", "tempab"]],
  ["[ab].txt", ["a.txt", "b.txt"], ["c.txt", "[ab].txt"]],
  ["[^a].txt", ["b.txt"], ["a.txt"]],
  ["\\[a\\].txt", ["[a].txt"], ["a.txt"]],
  ["*.md\n!README.md", ["a.md"], ["README.md"]],
  ["*.md\n!README*.md\nREADME-secret.md", ["README-secret.md"], ["README.md"]],
  ["a\n!a/keep", ["a", "a/b"], ["a/keep", "a/keep/c"]],
  ["*\n!src\nsrc/*.test.js", ["a", "src/a.test.js"], ["src", "src/a.js"]],
  ["# a comment\n\n  b  \r\n./c/../d", ["b", "d"], ["# a comment", "a", "c"]],
  ["c++\nd(1)\ne|f\n$g\nREADME", ["c++", "d(1)", "e|f", "$g"], ["c", "cc", "d1", "e", "f", "readme"]],
  ["a+b(1).txt", ["a+b(1).txt"], ["aab1.txt"]],
  ["\uFEFFfirst", ["first"], []],
  ["", [], ["a", "a/b"]],
];

test.each(TABLE)("%j", (rules, out, stays) => {
  const ignore = parseIgnore(rules);
  expect(out.filter((path) => !ignore.leavesOut(path))).toEqual([]);
  expect(stays.filter((path) => ignore.leavesOut(path))).toEqual([]);
});
