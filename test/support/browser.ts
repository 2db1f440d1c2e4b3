import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

/** A page in a headless Chromium, spoken to in the DevTools protocol. */
export interface Page extends AsyncDisposable {
  open(url: string): Promise<void>;
  /** The value of an expression, evaluated in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks in the middle of what a selector finds. */
  click(selector: string): Promise<void>;
  type(text: string): Promise<void>;
  /** Every URL that the page has asked for. */
  readonly requested: readonly string[];
  /** What the browser has complained about: errors of scripts, violations of the page's policy. */
  readonly complaints: readonly string[];
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, never>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export async function startBrowser(program: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
  const child = spawn(program, [
    ...flags,
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    "about:blank",
  ]);
  const exited = once(child, "exit");
  let said = "";
  let debugger_ = "";
  for await (const line of createInterface({ input: child.stderr })) {
    said += `${line}\n`;
    debugger_ = /DevTools listening on (\S+)/.exec(line)?.[1] ?? "";
    if (debugger_) break;
  }
  if (!debugger_) throw new Error(`Chromium has not started:\n${said}`);
  child.stderr.resume();

  const origin = debugger_.replace(/^ws/, "http").replace(/\/devtools.*/, "");
  const targets = (await (await fetch(`${origin}/json`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === "page");
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
  await once(socket, "open");

  const requested: string[] = [];
  const complaints: string[] = [];
  const waiting = new Map<number, (message: Message) => void>();
  const events = new Map<string, () => void>();
  let last = 0;
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as Message;
    const { id, method = "", params = {} } = message;
    if (id !== undefined) waiting.get(id)?.(message);
    else if (method === "Network.requestWillBeSent")
      requested.push((params as unknown as { request: { url: string } }).request.url);
    else if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded")
      complaints.push(JSON.stringify(params));
    events.get(method)?.();
  });
  const call = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      );
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await call(`${domain}.enable`);

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await call<{ result: { value: T }; exceptionDetails?: object }>(
      "Runtime.evaluate",
      { expression, returnByValue: true, awaitPromise: true },
    );
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  return {
    requested,
    complaints,
    evaluate,
    async open(url) {
      const loaded = new Promise<void>((resolve) => events.set("Page.loadEventFired", resolve));
      await call("Page.navigate", { url });
      await loaded;
    },
    async click(selector) {
      const { x, y } = await evaluate<{ x: number; y: number }>(
        `(() => {
          const element = document.querySelector(${JSON.stringify(selector)});
          element.scrollIntoView({ block: "center" });
          const { x, y, width, height } = element.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        })()`,
      );
      for (const type of ["mousePressed", "mouseReleased"])
        await call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    },
    type: (text) => call("Input.insertText", { text }),
    async [Symbol.asyncDispose]() {
      await call("Browser.close").catch(() => undefined);
      socket.terminate();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
