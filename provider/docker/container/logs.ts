/** Reads a container's log as text. */
import { buffer } from "node:stream/consumers";
import type { DockerClient } from "../../../client";
import type { ContainerInspect } from "../../../contract";
import type { Engine } from "../engine";
import { maskValues } from "../mask";
import { at } from "./wire";

const HEADER_BYTES = 8;

type LogQuery = Parameters<DockerClient["containers"]["logs"]>[0]["query"];

/** The last lines of a container's log, with the values of its environment masked. */
export async function lastLines(engine: Engine, container: ContainerInspect, tail: number): Promise<string> {
  return await containerLogs(engine, container, { stdout: "1", stderr: "1", tail: String(tail) });
}

/** A container's log, with the values of its environment masked. */
export async function containerLogs(
  { docker, call }: Pick<Engine, "docker" | "call">,
  container: ContainerInspect,
  query: LogQuery,
): Promise<string> {
  const stream = await docker.containers.logs({ params: { id: container.Id }, query }, call);
  const raw = await buffer(stream);
  const text = at(container, ["Config", "Tty"]) === true ? raw.toString("utf8") : demultiplex(raw);
  return mask(text.trimEnd(), container);
}

/** Without a terminal, the engine puts a header before each piece: the stream's number and the length. */
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
    .map((variable) => variable.slice(variable.indexOf("=") + 1));
  return maskValues(text, values);
}
