import type { z } from "zod";
import { HttpError } from "../http-error";
import { decodeJson } from "./decode-json";

/** The JSON that lists take as `filters`; without it, what the schema says of nothing. */
export function readFilters<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> {
  try {
    return decodeJson(schema, text || "{}");
  } catch (cause) {
    const { details } = cause as HttpError;
    throw new HttpError(400, "Invalid query parameter: filters", details, { cause });
  }
}
