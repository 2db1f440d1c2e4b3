import type { Row } from "../../test/engine/container/rows.ts";

/** What the matrix of a container's arguments tests, and where the rest is tested. */
export interface Matrix {
  readonly rows: readonly Row[];
  readonly elsewhere: Readonly<Record<string, string>>;
}

export const MATRIX_HEAD = [
  "Argument",
  "Created",
  "Second preview",
  "Equal spellings",
  "Refresh",
  "Change",
  "Removal",
  "Drift made by hand",
  "Note",
];

const SILENT = "silent";

/** The cells of each row, in the order of the head. */
export function matrixRows({ rows }: Matrix): string[][] {
  return rows.map((row) => [
    `\`${row.argument}\`${row.part ? `, ${row.part}` : ""}`,
    ...(row.refused ? refusedCells : shownCells(row)),
    noteOf(row),
  ]);
}

const refusedCells = ["asked for, and refused", ...MATRIX_HEAD.slice(2, -1).map(() => "–")];

function shownCells(row: Row): string[] {
  return [
    row.arrives ? "seen in the engine" : "yes",
    SILENT,
    row.same ? `${row.same.length} more, ${SILENT}` : "–",
    SILENT,
    row.other === undefined ? "–" : row.change,
    isBase(row) ? "–" : (row.removal ?? row.change),
    driftOf(row),
  ];
}

export function elsewhereRows({ elsewhere }: Matrix): string[][] {
  return Object.entries(elsewhere).map(([argument, where]) => [`\`${argument}\``, where]);
}

/** What every container of the matrix has cannot be taken away. */
const isBase = ({ argument }: Row): boolean => ["name", "image", "command", "stopSignal"].includes(argument);

function driftOf({ unseen, other }: Row): string {
  if (unseen) return unseen;
  return other === undefined ? "–" : "found, healed";
}

function noteOf({ since, refused, mayRefuse, discarded }: Row): string {
  return [
    ...(since ? [`API ${since}; older engines are refused`] : []),
    ...(refused ? ["no engine of the tests can do it"] : []),
    ...(mayRefuse ? ["an engine whose kernel cannot do it refuses"] : []),
    ...(discarded ? ["a kernel that cannot do it is a warning, and no difference"] : []),
  ].join("; ");
}
