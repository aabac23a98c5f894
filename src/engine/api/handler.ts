import type { z } from 'zod';
import type { Caller } from '../../contract/index.ts';
import type { Route, RouteName, routes } from '../../contract/api/index.ts';

/** What the handlers of the door look like: one for each route of the table, typed by it. */

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A document as a handler makes it: brands and mutability do not matter on the way out. */
export type Doc<T> = T extends z.$brand ? (T extends string ? string : number) : T extends readonly (infer U)[] ? readonly Doc<U>[] : T extends object ? { readonly [K in keyof T]: Doc<T[K]> } : T;

/** A request, parsed. */
export interface Call<R extends Route> {
  readonly params: Out<R['params']>;
  readonly query: Out<R['query']>;
  readonly body: Out<R['body']>;
  /** Aborts when nobody waits for the answer any more; of what has begun to be answered, the body is cancelled instead. */
  readonly signal: AbortSignal;
  readonly headers: Headers;
  readonly isHead: boolean;
  /** Who asks with a token of another program; null: the person or program that runs this one. */
  readonly caller: Caller | null;
  /** The body as it comes, for a route with a form; null where there is none. */
  readonly stream: ReadableStream<Uint8Array> | null;
}

export type Answer<R extends Route> = R['reply'] extends z.ZodType ? Doc<z.input<R['reply']>> : R['reply'] extends 'nothing' ? void : Response;
export type Handler<R extends Route> = (call: Call<R>) => Promise<Answer<R>> | Answer<R>;
export type Handlers = { readonly [N in RouteName]: Handler<(typeof routes)[N]> };
/** The handlers of one group of routes. */
export type HandlersOf<G extends Readonly<Record<string, Route>>> = { readonly [N in keyof G]: Handler<G[N]> };
