import { fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { engineAt } from "./engine-api";

const SCRIPT = resolve(__dirname, "../../tools/test/two-machines.mts");

/** A Docker engine that has a network and a host name of its own. */
export interface Machine {
  readonly url: string;
  readonly hostname: string;
  /** Where the other machine reaches it. */
  readonly address: string;
  /** Asks the engine itself. */
  readonly api: ReturnType<typeof engineAt>;
}

/** Two machines that reach each other. Use with `await using`. */
export interface TwoMachines extends AsyncDisposable {
  readonly one: Machine;
  readonly other: Machine;
}

export async function startTwoMachines(): Promise<TwoMachines> {
  const script = fork(SCRIPT, [], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  const ended = once(script, "exit");
  const [machines] = (await Promise.race([
    once(script, "message"),
    ended.then(() => Promise.reject(new Error("the engines did not start"))),
  ])) as [Omit<Machine, "api">[]];
  const [one, other] = machines.map((machine) => ({
    ...machine,
    api: engineAt(machine.url.replace(/^unix:\/\//, "")),
  }));
  if (!one || !other) throw new Error("there are not two machines");
  return {
    one,
    other,
    async [Symbol.asyncDispose]() {
      script.disconnect();
      await ended;
    },
  };
}
