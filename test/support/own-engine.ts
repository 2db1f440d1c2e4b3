import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const SCRIPT = resolve(__dirname, "../../tools/test/own-engine.mts");

/** A Docker engine that belongs to one test. Use with `await using`. */
export interface OwnEngine extends AsyncDisposable {
  readonly url: string;
  /** Ends the engine, with the containers that run, and starts it again. */
  restart(): Promise<void>;
}

/** @param args `--daemon-defaults`: it gives containers what nobody's program asks for. */
export async function startOwnEngine(args: readonly string[] = []): Promise<OwnEngine> {
  const script = fork(SCRIPT, args, { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const ended = once(script, "exit");
  const answer = async (): Promise<string> => {
    const [url] = await Promise.race([
      once(script, "message"),
      ended.then(() => Promise.reject(new Error("the engine did not start"))),
    ]);
    return url;
  };
  return {
    url: await answer(),
    async restart() {
      script.send("restart");
      await answer();
    },
    async [Symbol.asyncDispose]() {
      script.disconnect();
      await ended;
    },
  };
}
