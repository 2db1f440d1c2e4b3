import { HttpError } from "../../http-error";
import { reasonOf } from "../failure";
import type { GatewayEnvironment } from "../host";
import { Engine } from "./engine";

/** The engines in use, one per environment: their connections are kept between requests. */
export class Engines {
  private readonly byId = new Map<number, Engine>();

  /** The engine of an environment; a new one if its URL or certificates have changed. Throws an `HttpError`. */
  of(environment: GatewayEnvironment): Engine {
    const known = this.byId.get(environment.id);
    if (known?.isFor(environment)) return known;
    known?.close();
    const engine = open(environment);
    this.byId.set(environment.id, engine);
    return engine;
  }

  forget(id: number): void {
    this.byId.get(id)?.close();
    this.byId.delete(id);
  }

  close(): void {
    for (const id of [...this.byId.keys()]) this.forget(id);
  }
}

function open(environment: GatewayEnvironment): Engine {
  try {
    return new Engine(environment);
  } catch (cause) {
    throw new HttpError(500, "Unable to create proxy", reasonOf(cause), { cause });
  }
}
