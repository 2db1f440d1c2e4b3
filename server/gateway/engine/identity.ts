import { askJson } from "./ask";
import type { Engine } from "./engine";

interface Info {
  readonly ID: string;
  readonly Swarm?: { readonly Cluster?: { readonly ID?: string } | null };
}

/** An engine keeps its id, but may join or leave a swarm behind the gateway's back: asked again after this time. */
const VALID_FOR = 10_000;

/** The id that tells volumes of the same name apart: the swarm's, or the engine's own. */
export class Identity {
  private readonly engine: Engine;
  private known: { id: Promise<string>; until: number } | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  async get(): Promise<string> {
    if (!this.known || Date.now() > this.known.until) {
      const known = { id: this.ask(), until: Date.now() + VALID_FOR };
      this.known = known;
      known.id.catch(() => {
        if (this.known === known) this.known = undefined;
      });
    }
    return this.known.id;
  }

  private async ask(): Promise<string> {
    const { ID, Swarm } = await askJson<Info>(this.engine, "/info");
    return Swarm?.Cluster?.ID || ID;
  }
}
