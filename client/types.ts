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

/** The request of a route: `params` from its path, and `query`, `body`, `form` or `upload`. */
export type RequestOf<R extends Route> = Flat<Params<R> & Query<R> & Body<R> & Form<R> & Upload<R>>;

/** The result of a route: the parsed answer, its lines, its bytes, or nothing. */
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

/** A route as a function. One that answers in lines sends its request when the first line is requested. */
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
  /** The API version of every call to this engine, `1.41`: the newest that both sides have. */
  apiVersion(options?: CallOptions): Promise<string>;
}

/** A client of a Portainer server, with a function for each operation. */
export interface PortainerClient extends Bound<Contract>, AsyncDisposable {
  /**
   * A client of an environment's engine.
   *
   * @param node the node, where an agent leads to several engines. @default the one that the agent picks
   */
  docker(endpointId: number, node?: string): DockerClient;
  /**
   * The user of the client's name and password, read from the login's token without another request. `undefined` with
   * an API key: call `users.me()`, which Portainer has since 2.20.
   */
  account(options?: CallOptions): Promise<{ readonly id: number; readonly username: string } | undefined>;
  /** Aborts all calls and closes the connections. `await using` does the same at the end of a block. */
  close(): Promise<void>;
}
