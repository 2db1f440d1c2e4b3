import { type contract, TLS_FILES, type TlsFile } from "../../contract";
import { HttpError } from "../http-error";
import type { Handlers } from "../route/call";
import type { Services } from "../services";

export function tlsFileHandlers({ tlsFiles }: Services): Handlers<typeof contract.tlsFiles> {
  return {
    async upload({ params, form }) {
      if (!isTlsFile(params.file)) throw new HttpError(404, "Unknown kind of TLS file", params.file);
      await tlsFiles.write(form.folder, params.file, form.file.content);
    },
  };
}

const isTlsFile = (name: string): name is TlsFile => TLS_FILES.includes(name as TlsFile);
