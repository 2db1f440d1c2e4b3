import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import { allPages, ROOT } from "./pages";

const pages = allPages();

test("every link between pages leads somewhere, heading included", () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target) && !leads(path, target))
      .map((target) => `${path}: ${target}`),
  );

  expect(broken).toEqual([]);
});

test("every guide can be reached from the README", () => {
  const { text = "" } = pages.find(({ path }) => path === "README.md") ?? {};

  const guides = pages.filter(({ path }) => path.startsWith("docs/guides/")).map(({ path }) => path);

  expect(guides.filter((path) => !text.includes(`(${path})`))).toEqual([]);
});

test("files that are named are there", () => {
  const named = pages
    .filter(({ path }) => !path.startsWith("docs/reference/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:contract|client|provider|sdk|server|cli|test|tools|docs)\/[\w./-]*)`/g)].map(
        ([, file = ""]) => ({ path, file }),
      ),
    )
    .filter(({ file }) => !/\btag\b/.test(file));
  expect(named.length).toBeGreaterThan(20);

  expect(named.filter(({ file }) => !existsSync(join(ROOT, file)))).toEqual([]);
});

test("no page names a place of one machine", () => {
  const strays = pages.filter(({ text }) => /\/(?:home|root|Users)\/|\/work\//.test(text));

  expect(strays.map(({ path }) => path)).toEqual([]);
});

function leads(from: string, target: string): boolean {
  const [file = "", heading] = target.split("#");
  const path = file === "" ? from : relative(ROOT, join(ROOT, dirname(from), file));
  if (!existsSync(join(ROOT, path))) return false;
  return heading === undefined || anchorsOf(readFileSync(join(ROOT, path), "utf8")).includes(heading);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
