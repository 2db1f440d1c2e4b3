import type { contract, TlsFile } from "../../contract";
import { HttpError } from "../http-error";
import type { Handlers, RouteCall } from "../route/call";
import { isMultipart } from "../route/decode";
import type { Services } from "../services";

type UploadCall = RouteCall<typeof contract.tlsFiles.upload>;

export function tlsFileHandlers({ tlsFiles }: Services): Handlers<typeof contract.tlsFiles> {
  return {
    async upload(call) {
      const { folder, file } = formOf(call);
      await tlsFiles.write(folder, call.params.file as TlsFile, file.content);
    },
  };
}

/** Unlike other routes, this one names the missing field in `message`. */
function formOf(call: UploadCall): UploadCall["form"] {
  try {
    return call.form;
  } catch (cause) {
    const { details: message } = cause as HttpError;
    throw new HttpError(400, message, reasonFor(message, call.headers["content-type"]), { cause });
  }
}

function reasonFor(message: string, type: string | undefined): string {
  if (message.endsWith("folder")) return "Missing form data value";
  return isMultipart(type) ? "http: no such file" : "request Content-Type isn't multipart/form-data";
}
