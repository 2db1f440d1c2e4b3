import { contract } from "../../contract";
import type { ApiDocument } from "../openapi/document";
import type { Handlers } from "../route/call";
import { PORTAINER_VERSION } from "./status";

/** Loaded and built on the first request: most servers are never asked. */
const openapi = () => ({
  ...(require("../openapi/document") as typeof import("../openapi/document")),
  ...(require("../openapi/page") as typeof import("../openapi/page")),
});

export function apiDocsHandlers(): Handlers<typeof contract.apiDocs> {
  let document: ApiDocument | undefined;
  let page: string | undefined;
  const described = () => {
    document ??= openapi().describeApi(contract, PORTAINER_VERSION);
    return document;
  };
  return {
    document: described,
    page({ reply }) {
      const { pageOf, PAGE_POLICY } = openapi();
      page ??= pageOf(described());
      reply.headers["Content-Security-Policy"] = PAGE_POLICY;
      return { type: "text/html; charset=utf-8", body: page };
    },
  };
}
