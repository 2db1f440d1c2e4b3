import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { serve } from "../../../cli/serve";
import { allPages, blocksOf, programsOf, ROOT } from "./pages";
import { complaintsOf } from "./type-check";

const pages = allPages();
const programs = pages.flatMap(programsOf);

const wrong = {
  name: "wrong.md:1",
  code: `import { Container, Contaner } from "pulumi-portainer";
new Container("a", { endpointId: 1, image: "nginx", enviroment: { A: "b" } });
new Container("b", { endpointId: 1, image: 7 });`,
};

test("type-checks every TypeScript block against the sources, and notices what is wrong", () => {
  expect(programs.length).toBeGreaterThan(10);

  const complaints = complaintsOf([...programs, wrong]);

  expect(complaints).toEqual([
    expect.stringContaining("wrong.md:1: "),
    expect.stringMatching(/^wrong\.md:2: .*enviroment/),
    expect.stringMatching(/^wrong\.md:3: .*number/),
  ]);
}, 300_000);

test("names the language of every block", () => {
  const known = ["ts", "ts continued", "yaml", "python", "sh", "json", "text"];

  const unknown = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ info }) => !known.includes(info))
      .map(({ info, start }) => `${page.path}:${start}: "${info}"`),
  );

  expect(unknown).toEqual([]);
});

test("shows JSON that can be read", () => {
  for (const page of pages) {
    for (const { info, lines } of blocksOf(page)) {
      if (info === "json") expect(() => JSON.parse(lines.join("\n")) as unknown).not.toThrow();
    }
  }
});

const commands = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ info }) => info === "sh")
    .flatMap(({ lines, start }) =>
      lines.map((line, index) => ({ where: `${page.path}:${start + index + 1}`, line })),
    ),
);

test("names npm scripts that there are", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = commands.flatMap(({ where, line }) =>
    [...line.matchAll(/\bnpm (?:run )?(test|(?<=run )[\w:-]+)/g)].map(([, script = ""]) => ({
      where,
      script,
    })),
  );
  expect(named.length).toBeGreaterThan(1);

  expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
});

test("names flags of `pulumi-portainer serve` that there are", async () => {
  const help = await helpOfServe();
  const serving = commands.filter(({ line }) => line.includes("pulumi-portainer serve"));
  const tables = pages.flatMap(({ path, text }) =>
    path.endsWith("server.md") ? [{ where: path, line: tableOf(text) }] : [],
  );
  expect(serving.length).toBeGreaterThan(1);

  const unknown = [...serving, ...tables].flatMap(({ where, line }) =>
    [...line.matchAll(/(?<![\w-])--?[a-zA-Z][\w-]*/g)]
      .map(([flag]) => flag)
      .filter((flag) => !new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(help))
      .map((flag) => `${where}: ${flag}`),
  );

  expect(unknown).toEqual([]);
});

const tableOf = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `--"))
    .join("\n");

async function helpOfServe(): Promise<string> {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await serve(["--help"]);
  } finally {
    write.mockRestore();
  }
  return written.join("");
}
