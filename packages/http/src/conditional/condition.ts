import { ArgumentError, type Awaitable, describe } from "@cullet/core";
import { isEntityTag, quoteTag } from "../fields/entity-tag.js";
import { formatHttpDate } from "../fields/http-date.js";
import type { Layer } from "../layer.js";
import { HeaderList } from "../message/header-list.js";
import type { RequestData } from "../message/message.js";
import { notModified, preconditionFailed } from "./answers.js";
import { evaluatePreconditions } from "./preconditions.js";
import type { Validators } from "./validators.js";

/** What tells the state of what a request is about, without making the page. `Request` is the framework's own. */
export interface ConditionOptions<Request = unknown> {
  /** Returns the entity tag, with or without its quotes; `null` for none. */
  etag?: (request: Request) => Awaitable<string | null | undefined>;
  /** Returns when it last changed; `null` where nobody knows. */
  lastModified?: (request: Request) => Awaitable<Date | null | undefined>;
}

/**
 * Answers with 304 or 412 where the request's conditions say so, before the handler runs. Otherwise puts the ETag and
 * Last-Modified, which the handler does not set itself, on what it answers to GET and HEAD.
 *
 * @throws TypeError where neither function is given, and on a request where one gives something else.
 */
export function conditionLayer<Request>({ etag, lastModified }: ConditionOptions<Request>): Layer {
  checkFunction(etag, "etag");
  checkFunction(lastModified, "lastModified");
  if (etag === undefined && lastModified === undefined)
    throw new ArgumentError("condition needs one of the functions etag and lastModified; got neither");
  return {
    name: "condition",
    async begin(request) {
      const source = request.source as Request;
      const current = {
        etag: tagOf(await etag?.(source)),
        lastModified: timeOf(await lastModified?.(source)),
      };
      return decide(request, current);
    },
  };
}

function decide(request: RequestData, current: Validators): Awaited<ReturnType<Layer["begin"]>> {
  const outcome = evaluatePreconditions(request, current);
  if (outcome === "failed") return { answer: preconditionFailed() };
  if (outcome === "not-modified") return { answer: notModified(withValidators(new HeaderList(), current)) };
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  return {
    exchange: {
      head({ status, headers }) {
        if (status >= 200 && status <= 299) withValidators(headers, current);
        return undefined;
      },
      ended: () => undefined,
    },
  };
}

function withValidators(headers: HeaderList, { etag, lastModified }: Validators): HeaderList {
  if (etag !== undefined && !headers.has("ETag")) headers.set("ETag", etag);
  if (lastModified !== undefined && !headers.has("Last-Modified"))
    headers.set("Last-Modified", formatHttpDate(lastModified));
  return headers;
}

function checkFunction(value: unknown, option: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new ArgumentError(`${option} must be a function of the request; got ${describe(value)}`);
}

function tagOf(given: unknown): string | undefined {
  if (given === null || given === undefined) return undefined;
  const tag = typeof given === "string" ? quoteTag(given) : "";
  if (!isEntityTag(tag))
    throw new ArgumentError(`etag must give an entity tag or null; got ${describe(given)}`);
  return tag;
}

function timeOf(given: unknown): number | undefined {
  if (given === null || given === undefined) return undefined;
  const time = given instanceof Date ? given.getTime() : Number.NaN;
  if (Number.isNaN(time))
    throw new ArgumentError(`lastModified must give a Date or null; got ${describe(given)}`);
  return time;
}
