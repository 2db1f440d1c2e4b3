import { buffer } from "node:stream/consumers";
import type { ContainerInspect } from "../../contract";
import type { Place } from "../docker/place";
import { at } from "./argument";

const HEADER_BYTES = 8;
/** Values shorter than this are words that may stand in any log. */
const SHORTEST_SECRET = 6;

/** The last lines that a container has written, with the values of its environment masked. */
export async function lastLines(
  { docker, call }: Place,
  container: ContainerInspect,
  tail: number,
): Promise<string> {
  const stream = await docker.containers.logs(
    { params: { id: container.Id }, query: { stdout: "1", stderr: "1", tail: String(tail) } },
    call,
  );
  const raw = await buffer(stream);
  const text = at(container, ["Config", "Tty"]) === true ? raw.toString("utf8") : demultiplex(raw);
  return mask(text.trimEnd(), container);
}

/** Without a terminal the engine puts a header before each piece: the stream's number, and the length. */
function demultiplex(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset + HEADER_BYTES <= raw.length; ) {
    const end = offset + HEADER_BYTES + raw.readUInt32BE(offset + 4);
    pieces.push(raw.subarray(offset + HEADER_BYTES, end));
    offset = end;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * The text without the values of the container's environment. Any of them may be a secret: Pulumi does not tell a dynamic
 * provider which.
 */
export function mask(text: string, container: ContainerInspect): string {
  const environment = (at(container, ["Config", "Env"]) ?? []) as string[];
  const values = environment
    .filter((variable) => !variable.startsWith("PATH="))
    .map((variable) => variable.slice(variable.indexOf("=") + 1))
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((left, right) => right.length - left.length);
  return values.reduce((masked, value) => masked.replaceAll(value, "[masked]"), text);
}
