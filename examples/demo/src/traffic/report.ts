import type { Question, Source } from "../atlas.js";
import { formatDuration, formatPercent, formatWhole } from "../format.js";
import { jobs } from "../jobs/jobs.js";
import { countries } from "../towns.js";
import type { Call } from "./client.js";
import type { Repeated, Stampede, Visits } from "./drive.js";
import { setTable } from "./table.js";

/** Writes the comparison of first and cached calls as a table. */
export function reportRepeated(repeated: readonly Repeated[]): string {
  const head = [
    "One call after the other",
    "first call",
    "cached, median",
    "cached, p95",
    "hit ratio",
    "speed-up",
  ];
  const rows = repeated.map(({ question, first, again }) => {
    const times = again.map(({ ms }) => ms);
    return [
      titleOf(question),
      `${formatDuration(first.ms)}${first.source === "hit" ? " (hit)" : ""}`,
      formatDuration(percentile(times, 50)),
      formatDuration(percentile(times, 95)),
      formatPercent(countFrom("hit", again), again.length),
      `${formatWhole(first.jobMs / percentile(times, 50))} times`,
    ];
  });
  return [
    ...setTable([head, ...rows], [0]),
    "The speed-up is how long the job itself takes against a cached call.",
  ].join("\n");
}

/** Writes what became of many callers at once. */
export function reportStampede({ question, calls, jobsRun, ms }: Stampede): string {
  return [
    `${calls.length} callers at once (${titleOf(question)})`,
    `  the job ran ${count(jobsRun, "time")}, and all had the answer after ${formatDuration(ms)}`,
  ].join("\n");
}

/** Writes how visitors fared, and how long the jobs would have worked for them without a cache. */
export function reportVisits({ questions, calls, jobsRun, ms }: Visits): string {
  const hitRatio = formatPercent(countFrom("hit", calls), calls.length);
  const uncachedMs = calls.reduce((sum, { jobMs }) => sum + jobMs, 0);
  return [
    `${calls.length} requests for ${questions} answers, some much oftener than others`,
    `  hit ratio ${hitRatio}; the jobs ran ${count(jobsRun, "time")}, and ${countFrom("shared", calls)} callers shared a run`,
    `  ${formatDuration(ms)} in all; without a cache, the jobs alone are ${formatDuration(uncachedMs)} of work`,
  ].join("\n");
}

function titleOf({ job, country }: Question): string {
  return `${jobs[job].title}, ${countries.get(country)?.name ?? country}`;
}

function countFrom(source: Source, calls: readonly Call[]): number {
  return calls.filter((call) => call.source === source).length;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
}

function count(number: number, noun: string): string {
  return `${formatWhole(number)} ${noun}${number === 1 ? "" : "s"}`;
}
