import type { Awaitable } from "@cullet/core";
import type { Middlewares } from "../../src/layers.js";
import type { HeaderPair } from "../../src/message/header-list.js";

/** What a framework's handler is given. */
export interface HandlerRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Returns the field as the handler sees it; `undefined` where it is missing. */
  field(name: string): string | undefined;
}

/** What a framework's handler answers. */
export interface HandlerResponse {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: readonly HeaderPair[];
  /** A text in one piece, or its pieces one by one. @default "" */
  readonly body?: string | readonly string[] | AsyncIterable<string>;
}

/** A handler that each adapter makes its framework's own of. */
export type SuiteHandler = (request: HandlerRequest) => Awaitable<HandlerResponse>;

/** The names of an entry, whatever its framework's request and middleware are. */
// biome-ignore lint/suspicious/noExplicitAny: each framework has its own request, which the tables do not look at.
export type Names = Middlewares<any, unknown>;

/** A running server. */
export interface Served extends AsyncDisposable {
  readonly port: number;
}

/** One entry with its framework, on which the tables run. */
export interface SuiteAdapter {
  readonly name: string;
  readonly names: Names;
  /** Serves `handler` behind `middlewares`, which `names` made, the outermost first, on a port of its own. */
  serve(middlewares: readonly unknown[], handler: SuiteHandler): Promise<Served>;
  /** Reads a field of what the framework gives to the functions that users write. */
  fieldOf(request: object, name: string): string | undefined;
}

/** Gives the pieces of a body, each in a turn of its own. */
export async function* piecesOf(body: readonly string[] | AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    yield Buffer.from(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
