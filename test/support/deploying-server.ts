import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A Portainer that deploys in the background, as 2.45 and newer do. Use with `await using`. */
export interface DeployingServer extends AsyncDisposable {
  readonly url: string;
  /** The next deployment ends with this message instead of a running stack. */
  failNext(message: string): void;
  /** Refuses writes to a stack for a while, as during a deployment by somebody else. */
  beBusy(refusals: number): void;
  /** The writes that deploy or stop, in order: `PUT /stacks/1`. */
  readonly writes: readonly string[];
}

const DEPLOYS = /\/stacks\/(?:create\/|\d+(?:\/start|\/migrate|\/git\/redeploy)?(?:\?|$))/;

/** In front of a server that answers when it has deployed. Each stack is shown as `deploying` for some look-ups. */
export async function startDeployingServer(target: string, looks = 2): Promise<DeployingServer> {
  const writes: string[] = [];
  const pending = new Map<number, { looks: number; message: string | undefined }>();
  let failure: string | undefined;
  let refusals = 0;
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "" } = request;
    const body = Buffer.concat(await request.toArray());
    const isStackWrite = method !== "GET" && /\/api\/stacks\//.test(url);
    if (isStackWrite && refusals > 0) {
      refusals -= 1;
      const refusal = {
        message: "Unable to update stack",
        details: "Stack deployment is already in progress",
      };
      response.writeHead(409, { "content-type": "application/json" }).end(JSON.stringify(refusal));
      return;
    }
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      ["host", "connection", "content-length"].includes(name) ? [] : [[name, String(value)]],
    ) as [string, string][];
    const answer = await fetch(target + url, { method, headers, ...(body.length > 0 && { body }) });
    let text = await answer.text();
    if (isStackWrite) writes.push(`${method} ${url.replace("/api", "").split("?")[0]}`);
    if (answer.ok && /\/api\/stacks\/(?:create|\d+)/.test(url) && !url.includes("/file") && text !== "") {
      const stack = JSON.parse(text) as { Id: number; Status: number };
      if (isStackWrite && DEPLOYS.test(url)) {
        pending.set(stack.Id, { looks, message: failure });
        failure = undefined;
      }
      text = JSON.stringify({ ...stack, ...progressOf(stack.Id, pending, method === "GET") });
    }
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(answer.status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    failNext: (message) => {
      failure = message;
    },
    beBusy: (count) => {
      refusals = count;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function progressOf(
  id: number,
  pending: Map<number, { looks: number; message: string | undefined }>,
  isLook: boolean,
): object {
  const deployment = pending.get(id);
  if (!deployment) return {};
  if (isLook) deployment.looks -= 1;
  if (deployment.looks >= 0) return { Status: 3, DeploymentStatus: [{ Status: 3, Time: 1 }] };
  if (deployment.message === undefined) return {};
  return { Status: 4, DeploymentStatus: [{ Status: 3 }, { Status: 4, Message: deployment.message }] };
}
