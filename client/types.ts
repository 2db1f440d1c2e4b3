import type { Readable } from "node:stream";
import type { z } from "zod";
import type { Contract, DockerContract, PathParameter, Route, Routes } from "../contract";
import type { CallOptions } from "./options";

type Flat<T> = { [Key in keyof T]: T[Key] };

type Params<R extends Route> = [PathParameter<R["path"]>] extends [never]
  ? unknown
  : { readonly params: { readonly [Name in PathParameter<R["path"]>]: string | number } };

type Query<R extends Route> = R extends { query: infer Q extends z.ZodType }
  ? Partial<z.input<Q>> extends z.input<Q>
    ? { readonly query?: z.input<Q> | undefined }
    : { readonly query: z.input<Q> }
  : unknown;

type Body<R extends Route> = R extends { body: infer B extends z.ZodType }
  ? { readonly body: z.input<B> }
  : unknown;

type Form<R extends Route> = R extends { form: infer F extends z.ZodType }
  ? { readonly form: z.input<F> }
  : unknown;

type Upload<R extends Route> = R extends { upload: string }
  ? { readonly upload: Uint8Array | Readable }
  : unknown;

/** What a call of this route is given: `params` from its path, and `query`, `body`, `form` or `upload`. */
export type RequestOf<R extends Route> = Flat<Params<R> & Query<R> & Body<R> & Form<R> & Upload<R>>;

/** What a call of this route results in: the parsed answer, its lines, its bytes, or nothing. */
export type ResponseOf<R extends Route> = R extends { response: infer S extends z.ZodType }
  ? z.output<S>
  : R extends { lines: infer L extends z.ZodType }
    ? AsyncIterable<z.output<L>>
    : R extends { bytes: true }
      ? Readable
      : undefined;

type Arguments<R extends Route> =
  Partial<RequestOf<R>> extends RequestOf<R>
    ? [request?: RequestOf<R>, options?: CallOptions]
    : [request: RequestOf<R>, options?: CallOptions];

/** A route as a function. One that answers lines sends its request when the lines are first asked for. */
export type RouteFunction<R extends Route> = (
  ...call: Arguments<R>
) => R extends { lines: z.ZodType } ? ResponseOf<R> : Promise<ResponseOf<R>>;

/** Routes by entity and name, as functions. */
export type Bound<Entities extends Readonly<Record<string, Routes>>> = {
  readonly [Entity in keyof Entities]: {
    readonly [Name in keyof Entities[Entity]]: RouteFunction<Entities[Entity][Name]>;
  };
};

/** The engine of one environment, through Portainer's gateway. */
export interface DockerClient extends Bound<DockerContract> {
  /** The API version that every call to this engine uses, `1.41`: the newest that both sides know. */
  apiVersion(options?: CallOptions): Promise<string>;
}

/** Every operation of a Portainer server. */
export interface PortainerClient extends Bound<Contract>, AsyncDisposable {
  /**
   * The engine of the environment with this id.
   *
   * @param node the node whose engine it is, where an agent leads to several. @default the one that the agent picks
   */
  docker(endpointId: number, node?: string): DockerClient;
  /**
   * The user whose name and password these are, told by the login's token without another request. `undefined` with
   * an API key: `users.me()` asks the server, from 2.20 on.
   */
  account(options?: CallOptions): Promise<{ readonly id: number; readonly username: string } | undefined>;
  /** Ends all calls under way, and the connections. `await using` does the same at the end of a block. */
  close(): Promise<void>;
}
