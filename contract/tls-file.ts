import { z } from "zod";
import { formFile } from "./common";
import { live, route } from "./route";

/** The kinds of TLS file, as the last part of the upload's path. */
export const TLS_FILES = ["ca", "cert", "key"] as const;
export type TlsFile = (typeof TLS_FILES)[number];

const NO_FOLDER = "Invalid query parameter: folder";
const NO_FILE = "Invalid certificate file. Ensure that the certificate file is uploaded correctly";

export const tlsFiles = {
  upload: route({
    method: "POST",
    path: "/upload/tls/:file",
    access: "administrator",
    choices: { file: TLS_FILES },
    summary: "Store a TLS file; an update of the environment then uses it",
    form: z.object({
      /** The environment's id. */
      folder: z.string(NO_FOLDER).min(1, NO_FOLDER),
      file: formFile(NO_FILE),
    }),
    verified: live,
  }),
};
