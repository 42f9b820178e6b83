import type { Awaitable } from "@cullet/core";
import type { Layer } from "../layer.js";
import { followWeb } from "./follow-web.js";
import { detached, webRequest, withFields } from "./web-request.js";
import { toResponse } from "./web-response.js";

/** What answers a `Request`. What a host gives it beside that (an environment, a context) is passed on. */
export type WebHandler<Rest extends unknown[] = []> = (
  request: Request,
  ...rest: Rest
) => Awaitable<Response>;

/** Returns `handler` behind a layer. */
export type Wrapper = <Rest extends unknown[]>(
  handler: WebHandler<Rest>,
) => (request: Request, ...rest: Rest) => Promise<Response>;

/** A request on its way through a layer. */
interface Passage {
  readonly layer: Layer;
  readonly request: Request;
  readonly handler: (request: Request) => Awaitable<Response>;
  readonly isRefresh: boolean;
  readonly hold: (work: Promise<void>) => void;
}

// Layers inside are given a copy where one outside has changed the fields, and are to know that it is one request.
const originals = new WeakMap<Request, Request>();

/** Returns the wrapper that `layer` is on handlers of requests. */
export function toWrapper(layer: Layer): Wrapper {
  return (handler) =>
    (request, ...rest) =>
      pass({
        layer,
        request,
        handler: (inner) => handler(inner, ...rest),
        isRefresh: false,
        hold: holderOf(rest),
      });
}

async function pass(passage: Passage): Promise<Response> {
  const { layer, request, handler, isRefresh, hold } = passage;
  const data = webRequest(request, originals.get(request) ?? request);
  const turn = await layer.begin(data, { isRefresh, again: () => passAgain(passage) });
  if (turn === undefined) return handler(request);
  if ("answer" in turn) return toResponse(request.method, turn.answer);
  const { exchange } = turn;
  const inner = changed(request, exchange.fields);
  return followWeb(exchange, { method: request.method, handler: async () => handler(inner), hold });
}

function passAgain(passage: Passage): Promise<void> {
  const work = readAway(pass({ ...passage, request: detached(passage.request), isRefresh: true }));
  passage.hold(work);
  return work;
}

async function readAway(responding: Promise<Response>): Promise<void> {
  try {
    await (await responding).body?.pipeTo(new WritableStream());
  } catch {
    // Nobody waits for it, and the layer knows.
  }
}

function changed(request: Request, fields: ReadonlyMap<string, string | null> = new Map()): Request {
  if (fields.size === 0) return request;
  const inner = withFields(request, fields);
  originals.set(inner, originals.get(request) ?? request);
  return inner;
}

/** Hosts that end a process with its last response have a context that is told of what goes on behind one. */
function holderOf(rest: readonly unknown[]): (work: Promise<void>) => void {
  const context = rest.find(isContext);
  return (work) => context?.waitUntil(work);
}

function isContext(given: unknown): given is { waitUntil(work: Promise<void>): void } {
  const isObject = typeof given === "object" && given !== null;
  return isObject && "waitUntil" in given && typeof given.waitUntil === "function";
}
