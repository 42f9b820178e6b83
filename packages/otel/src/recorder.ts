import type { CacheTrace } from "@cullet/core";
import {
  type Attributes,
  type Meter,
  type Span,
  SpanStatusCode,
  type Tracer,
  ValueType,
} from "@opentelemetry/api";
import { countsOf } from "./counts.js";
import { errorMessage, errorType } from "./error-type.js";

/** An operation that has begun. */
interface Begun {
  readonly span: Span;
  readonly at: number;
}

/** In seconds: from what memory takes to what a user waits for. */
const BOUNDARIES = [0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Subscribes to the tracing channel, and makes a span and metrics of each operation. */
export class Recorder {
  readonly #tracer: Tracer;
  readonly #keys: boolean;
  readonly #duration;
  readonly #counters;
  // Where the message of an operation keeps what it began with. A message that is a copy of it has it too.
  readonly #begun = Symbol("begun");

  constructor(tracer: Tracer, meter: Meter, keys: boolean) {
    this.#tracer = tracer;
    this.#keys = keys;
    this.#duration = meter.createHistogram("cache.operation.duration", {
      description: "Duration of operations on caches.",
      unit: "s",
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
    const counter = (name: string, unit: string, description: string) =>
      meter.createCounter(name, { unit, description, valueType: ValueType.INT });
    this.#counters = {
      hits: counter("cache.hits", "{key}", "Keys that were looked for and found."),
      misses: counter("cache.misses", "{key}", "Keys that were looked for and not found."),
      sets: counter("cache.sets", "{entry}", "Entries stored."),
      deletes: counter("cache.deletes", "{entry}", "Live entries dropped by key."),
      errors: counter(
        "cache.errors",
        "{error}",
        "Operations that failed, or would have if the cache did not fail open.",
      ),
    };
  }

  readonly start = (message: CacheTrace): void => {
    const { operation, cache } = message;
    const span = this.#tracer.startSpan(`${operation} ${cache}`, { attributes: attributesOf(message) });
    const begun: Begun = { span, at: performance.now() };
    Object.assign(message, { [this.#begun]: begun });
  };

  readonly end = (): void => {};

  readonly asyncStart = (): void => {};

  readonly asyncEnd = (message: CacheTrace): void => {
    const begun = this.#begunOf(message);
    if (begun === undefined) return;
    const { span, at } = begun;
    const attributes = attributesOf(message);
    const failed = "error" in message;
    if (failed) {
      attributes["error.type"] = errorType(message.error);
      span.setAttribute("error.type", errorType(message.error));
      const text = this.#keys ? errorMessage(message.error) : undefined;
      span.setStatus({ code: SpanStatusCode.ERROR, ...(text !== undefined && { message: text }) });
    } else {
      this.#count(message);
    }
    // Known in the end only, where the operation was given something to be gone through once.
    if (this.#keys && message.keys.length > 0) span.setAttribute("cache.keys", [...message.keys]);
    if (message.hit !== undefined) span.setAttribute("cache.hit", message.hit);
    this.#duration.record((performance.now() - at) / 1_000, attributes);
    span.end();
  };

  readonly error = (message: CacheTrace): void => {
    const type = errorType(message.error);
    this.#counters.errors.add(1, { ...attributesOf(message), "error.type": type });
    this.#begunOf(message)?.span.addEvent("exception", { "exception.type": type });
  };

  #count(message: CacheTrace): void {
    const { cache, backend } = message;
    const attributes = { "cache.name": cache, "cache.backend": backend };
    for (const [name, count] of Object.entries(countsOf(message))) {
      if (count > 0) this.#counters[name as keyof ReturnType<typeof countsOf>].add(count, attributes);
    }
  }

  #begunOf(message: CacheTrace): Begun | undefined {
    return Reflect.get(message, this.#begun);
  }
}

function attributesOf({ operation, cache, backend }: CacheTrace): Attributes {
  return { "cache.operation": operation, "cache.name": cache, "cache.backend": backend };
}
