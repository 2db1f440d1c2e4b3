import { join } from "node:path";
import ts from "typescript";
import { type Program, ROOT } from "./pages";

/** The sources stand for the package, so that a page can only show what the code has. */
const PATHS = { "pulumi-portainer": ["./sdk/index.ts"], "pulumi-portainer/*": ["./*/index.ts"] };

/** What the compiler says of programs, each complaint with its page and line. */
export function complaintsOf(programs: readonly Program[]): string[] {
  const codes = new Map(
    programs.map(({ name, code }) => [join(ROOT, `${name.replaceAll(/[:/]/g, "-")}.mts`), { name, code }]),
  );
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const settings: ts.CompilerOptions = { ...options, paths: PATHS, noUnusedLocals: false };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => codes.has(file) || fileExists(file);
  host.readFile = (file) => codes.get(file)?.code ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const code = codes.get(file)?.code;
    return code === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, code, version, true);
  };
  const program = ts.createProgram([...codes.keys()], settings, host);
  return [...codes].flatMap(([file, { name }]) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${name.replace(/:\d+$/, "")}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}
