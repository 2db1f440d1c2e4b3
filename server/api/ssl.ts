import type { contract } from "../../contract";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

/** The certificate is given at the start (`--sslcert`), and shown here. */
export function sslHandlers({ serving }: Services): Handlers<typeof contract.ssl> {
  return {
    get: () => ({
      certPath: serving.certPath,
      keyPath: serving.keyPath,
      selfSigned: serving.selfSigned,
      httpEnabled: serving.http,
    }),
    update() {
      throw new HttpError(
        500,
        "Failed to save SSL settings",
        "this server takes its certificate from --sslcert and --sslkey at the start",
      );
    },
  };
}
