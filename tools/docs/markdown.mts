const NOTICE = "<!-- Written by `npm run docs` from the sources. Do not edit. -->";

/** A page of the reference, from its title and its parts. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${[NOTICE, `# ${title}`, ...parts.filter((part) => part !== "")].join("\n\n")}\n`;
}

/** A table, without the columns that are empty in every row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (cells: readonly string[]) =>
    `| ${cells.filter((_, column) => kept[column]).join(" | ")} |`.replaceAll("|  |", "| |");
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
