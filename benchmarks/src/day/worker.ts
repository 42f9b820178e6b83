import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createCache } from "@cullet/core";
import { type Strategy, strategies } from "./strategies.js";
import type { Traffic } from "./traffic.js";

/** What a worker is to do. */
export interface Task {
  /** The URI of the cache. */
  readonly uri: string;
  /** The requests of each day. */
  readonly traffic: Traffic;
}

/** What a worker says: that it is ready, that it asks the origin, or how long each request took, in milliseconds. */
export type Report =
  | { readonly ready: true }
  | { readonly asks: number }
  | { readonly latencies: readonly number[] };

/** What a worker is told: to live through a day by a strategy, or that the origin has answered. */
export type Word = { readonly strategy: string } | { readonly answered: number };

const WARM_UP = 100;

const port = parentPort;
if (port === null) throw new Error("a worker of the day is started by the day");
const { uri, traffic } = workerData as Task;
const cache = createCache(uri);
const waiting = new Map<number, () => void>();
let asked = 0;
let days = 0;

const say = (report: Report) => port.postMessage(report);

async function askOrigin(): Promise<object> {
  asked += 1;
  const number = asked;
  await new Promise<void>((resolve) => {
    waiting.set(number, resolve);
    say({ asks: number });
  });
  return { text: "what the origin made", number };
}

async function live(answer: Strategy): Promise<void> {
  days += 1;
  // Of the days before, there is nothing.
  const today = cache.withVersion(days);
  const began = performance.now();
  const requests: Promise<number>[] = [];
  for (const [at, time] of traffic.times.entries()) {
    const due = began + time;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    requests.push(timeOf(answer(today, `page:${traffic.ranks[at]}`, askOrigin), due));
  }
  say({ latencies: await Promise.all(requests) });
}

/** Returns how long it took from when the request was due: one that comes late, since the worker is busy, has waited. */
async function timeOf(request: Promise<unknown>, due: number): Promise<number> {
  await request;
  return performance.now() - due;
}

// What is loaded and compiled on the first calls is no part of what is compared.
for (const answer of Object.values(strategies)) {
  for (let n = 0; n < WARM_UP; n += 1) await answer(cache, `warm-up:${n % 2}`, async () => n);
}
port.on("message", (word: Word) => {
  if ("answered" in word) {
    waiting.get(word.answered)?.();
    waiting.delete(word.answered);
    return;
  }
  const strategy = strategies[word.strategy];
  if (strategy !== undefined) void live(strategy);
});
say({ ready: true });
