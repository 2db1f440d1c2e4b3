import { HttpError } from "../http-error";

/** An error as Portainer writes it: JSON, and Go's error text with a capital first letter. */
export function errorResponse(error: unknown): {
  status: number;
  body: { message: string; details: string };
} {
  const known =
    error instanceof HttpError ? error : new HttpError(500, "Internal server error", "Internal server error");
  const { status, message, details } = known;
  return { status, body: { message, details: details.charAt(0).toUpperCase() + details.slice(1) } };
}
