import type { contract } from "../../contract";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import { INVALID_PAYLOAD } from "../route/decode";
import type { Services } from "../services";

export function sslHandlers({ serving }: Services): Handlers<typeof contract.ssl> {
  return {
    get: () => serving.shown(),

    async update({ body: { Cert: cert, Key: key, HTTPEnabled: http } }) {
      if ((cert === undefined) !== (key === undefined))
        throw new HttpError(400, INVALID_PAYLOAD, "both certificate and key files should be provided");
      await serving.change({
        ...(cert !== undefined && key !== undefined && { identity: { cert, key } }),
        ...(http !== undefined && { http }),
      });
    },
  };
}
