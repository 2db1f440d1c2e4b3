import { refusal } from "../failure";
import type { RequestStep } from "./rule";

/** With this header a client asks that an existing volume be an error; the engine takes it for success. */
const HEADER = "x-portainer-volumename";

export const volumeNameIsFree: RequestStep = async ({ engine, request }) => {
  const name = request.headers[HEADER];
  if (typeof name !== "string") return;
  const { status } = await engine.ask("GET", `/volumes/${encodeURIComponent(name)}`);
  if (status === 200) throw refusal(engine.address, 409, "a volume with the same name already exists");
};
