import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Layer, Turn } from "../layer.js";
import { bufferOf } from "../message/buffer-of.js";
import { hasBody } from "../message/has-body.js";
import type { Answer } from "../message/message.js";
import { followResponse } from "../node/follow-response.js";
import { begin } from "../node/middleware.js";
import type { RequestOrigin } from "../node/node-request.js";
import { setReason } from "../node/outgoing-head.js";

/** What the functions that users write are given. */
export interface HandledRequest extends FastifyRequest {}

/** A step of Fastify's way to a handler, on whatever server it runs: with HTTP/2 its request is of another type. */
type Hook = (request: object, reply: object, next: () => void) => Promise<unknown> | undefined;

type Plugin = (scope: object, options: unknown, done: (error?: Error) => void) => void;

/**
 * A plugin, for all routes of the scope that it is registered in: `app.register(cachePage(…))`. For one route, it is spread
 * into the options: `app.get("/", { ...cachePage(…) }, handler)`.
 */
export type FastifyMiddleware<Stage extends string = "preHandler"> = Plugin & Readonly<Record<Stage, Hook>>;

// By this Fastify knows a plugin that is no scope of its own, as fastify-plugin marks it.
const SKIP_OVERRIDE = Symbol.for("skip-override");

/** Returns what `layer` is in Fastify: a plugin that adds one hook. */
export function toMiddleware<Stage extends "onRequest" | "preHandler">(
  layer: Layer,
  stage: Stage,
): FastifyMiddleware<Stage> {
  const hook = ((request: FastifyRequest, reply: FastifyReply, next: () => void) =>
    pass(layer, request, reply, next)) as Hook;
  const plugin: Plugin = (scope, _options, done) => {
    (scope as FastifyInstance).addHook(stage as "preHandler", hook);
    done();
  };
  Object.defineProperty(plugin, SKIP_OVERRIDE, { value: true });
  return Object.assign(plugin, { [stage]: hook }) as FastifyMiddleware<Stage>;
}

/**
 * A hook that takes no time calls `next`, or answers. Fastify goes on after one that takes time, unless all of an answer has
 * been sent: for that it waits where it is given its reply.
 */
function pass(
  layer: Layer,
  request: FastifyRequest,
  reply: FastifyReply,
  next: () => void,
): Promise<unknown> | undefined {
  const turn = begin(layer, request.raw, originOf(request));
  if (turn instanceof Promise) return turn.then((turn) => (follow(turn, request, reply) ? undefined : reply));
  if (follow(turn, request, reply)) next();
  return undefined;
}

/** Returns whether the handler is to run. */
function follow(turn: Turn, request: FastifyRequest, reply: FastifyReply): boolean {
  if (turn === undefined) return true;
  if ("answer" in turn) {
    giveAnswer(request, reply, turn.answer);
    return false;
  }
  const before = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const);
  followResponse(request.raw, reply.raw, turn.exchange, new Map(before));
  return true;
}

/** Gives `answer` to Fastify, so that its other hooks can add to it as to any other. */
function giveAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): void {
  const { status, reason, headers, body } = answer;
  reply.code(status);
  if (reason !== "") setReason(reply.raw, reason);
  // Each name once: of one, Fastify keeps the lines that it has.
  for (const [name, value] of headers.lowerFields()) reply.header(name, value);
  // Fastify tells the length of what it is given to HEAD, but for a stream.
  if (request.method === "HEAD") reply.send(Readable.from([]));
  else if (body === null || !hasBody(request.method, status)) reply.send();
  // Fastify gives each Buffer a Content-Type, but no stream.
  else reply.send(headers.has("content-type") ? bufferOf(body) : Readable.from([bufferOf(body)]));
}

/** Fastify looks through the proxies that an application trusts. */
function originOf(request: FastifyRequest): RequestOrigin {
  const { protocol, host, originalUrl } = request;
  return { scheme: protocol, host, target: originalUrl, source: request };
}
