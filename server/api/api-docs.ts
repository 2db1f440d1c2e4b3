import { contract } from "../../contract";
import { describeApi } from "../openapi/document";
import { PAGE_POLICY, pageOf } from "../openapi/page";
import type { Handlers } from "../route/call";
import { PORTAINER_VERSION } from "./status";

/** Made at the first question: most servers are never asked. */
export function apiDocsHandlers(): Handlers<typeof contract.apiDocs> {
  let document: ReturnType<typeof describeApi> | undefined;
  let page: string | undefined;
  const described = () => {
    document ??= describeApi(contract, PORTAINER_VERSION);
    return document;
  };
  return {
    document: described,
    page({ reply }) {
      page ??= pageOf(described());
      reply.headers["Content-Security-Policy"] = PAGE_POLICY;
      return { type: "text/html; charset=utf-8", body: page };
    },
  };
}
