import { z } from "zod";
import { FormFile } from "./common";
import { live, route } from "./route";

/** The kinds of TLS file, as the last part of the upload's path. */
export const TLS_FILES = ["ca", "cert", "key"] as const;
export type TlsFile = (typeof TLS_FILES)[number];

export const tlsFiles = {
  upload: route({
    method: "POST",
    path: "/upload/tls/:file",
    access: "administrator",
    summary: "Store a TLS file; an update of the environment then uses it",
    form: z.object({
      /** The environment's id. */
      folder: z.string("Invalid query parameter: folder"),
      file: FormFile,
    }),
    verified: live,
  }),
};
