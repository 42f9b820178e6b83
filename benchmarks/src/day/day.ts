import { on, once } from "node:events";
import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { Origin } from "./origin.js";
import { plotDay } from "./plot.js";
import { stores } from "./stores.js";
import { MINUTE_MS, strategies } from "./strategies.js";
import { makeTraffic, shareOf, type Traffic } from "./traffic.js";
import type { Report, Task, Word } from "./worker.js";

const WORKERS = 16;
const KEYS = 60;
/** Requests a second. */
const RATE = 400;
const ORIGIN = { tookMs: 100, atOnce: 10 };
/** The day is shortened to so many minutes, unless told otherwise. */
const MINUTES = 12;

/** What became of the requests of a day. Latencies are milliseconds. */
export interface Outcome {
  readonly name: string;
  readonly originCalls: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Lets the requests of one day come to workers that share a store, by one strategy after the other. */
export async function benchDay(): Promise<void> {
  const { storeName, openStore, minutes, plotPath } = settingsOf(process.env);
  await using store = await openStore();
  const traffic = makeTraffic({ keys: KEYS, durationMs: minutes * MINUTE_MS, rate: RATE });
  // Sixteen workers that start at once take their time to connect.
  const uri = `${store.uri}?operation_timeout=10`;
  const workers = await startWorkers(uri, traffic);
  console.log(
    `\n### day: ${traffic.times.length} requests for ${KEYS} keys, ${WORKERS} workers, over ${storeName}\n\n` +
      "| | calls of the origin | p50 | p99 | longest |\n|---|---:|---:|---:|---:|",
  );
  const outcomes: Outcome[] = [];
  for (const name of Object.keys(strategies)) {
    const outcome = await live(name, workers);
    outcomes.push(outcome);
    console.log(rowOf(outcome));
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  if (plotPath !== undefined) writeFileSync(plotPath, plotDay(outcomes));
}

function settingsOf({ DAY_STORE = "redis", DAY_MINUTES, DAY_PLOT }: NodeJS.ProcessEnv) {
  const openStore = stores[DAY_STORE];
  const minutes = Number(DAY_MINUTES ?? MINUTES);
  if (openStore !== undefined && minutes > 0) {
    return { storeName: DAY_STORE, openStore, minutes, plotPath: DAY_PLOT };
  }
  throw new RangeError(
    `DAY_STORE must be ${Object.keys(stores).join(" or ")}, and DAY_MINUTES a number above zero; ` +
      `got ${DAY_STORE} and ${DAY_MINUTES}`,
  );
}

function rowOf({ name, originCalls, p50, p99, max }: Outcome): string {
  return `| ${name} | ${originCalls} | ${p50.toFixed(1)} ms | ${p99.toFixed(0)} ms | ${max.toFixed(0)} ms |`;
}

async function startWorkers(uri: string, traffic: Traffic): Promise<Worker[]> {
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const workerData: Task = { uri, traffic: shareOf(traffic, index, WORKERS) };
    return new Worker(new URL("./worker.js", import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return workers;
}

/** Lets the day go by once. */
async function live(strategy: string, workers: readonly Worker[]): Promise<Outcome> {
  const origin = new Origin(ORIGIN);
  const latencies = await Promise.all(workers.map((worker) => serve(worker, strategy, origin)));
  return { name: strategy, originCalls: origin.calls, ...summaryOf(latencies.flat()) };
}

/** Lets a worker begin, answers what it asks the origin, and returns how long its requests took. */
async function serve(worker: Worker, strategy: string, origin: Origin): Promise<readonly number[]> {
  const tell = (word: Word) => worker.postMessage(word);
  tell({ strategy });
  for await (const [report] of on(worker, "message") as AsyncIterable<[Report]>) {
    if ("latencies" in report) return report.latencies;
    if ("asks" in report) void origin.make().then(() => tell({ answered: report.asks }));
  }
  throw new Error("a worker ended before the day did");
}

function summaryOf(latencies: readonly number[]): Pick<Outcome, "p50" | "p99" | "max"> {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
