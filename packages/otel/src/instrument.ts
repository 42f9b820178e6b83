import { tracingChannel } from "node:diagnostics_channel";
import type { CacheTrace } from "@cullet/core";
import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { Recorder } from "./recorder.js";

/** What `instrument` may be told. */
export interface InstrumentOptions {
  /** Who gets the spans. @default the global one */
  tracerProvider?: TracerProvider;
  /** Who gets the metrics. @default the global one, as it is now: register yours before */
  meterProvider?: MeterProvider;
  /** Whether spans tell keys, and the messages of errors, in which keys may stand. @default false */
  keys?: boolean;
}

const SCOPE = "@cullet/otel";

/** Records a span and metrics for each operation on any cache of this process, until what it returns is disposed of. */
export function instrument({
  tracerProvider = trace.getTracerProvider(),
  meterProvider = metrics.getMeterProvider(),
  keys = false,
}: InstrumentOptions = {}): Disposable {
  const recorder = new Recorder(tracerProvider.getTracer(SCOPE), meterProvider.getMeter(SCOPE), keys);
  const channel = tracingChannel<unknown, CacheTrace>("cullet");
  channel.subscribe(recorder);
  return {
    [Symbol.dispose]: () => {
      channel.unsubscribe(recorder);
    },
  };
}
