/** Does `times` operations. */
export type Candidate = (times: number) => void | Promise<void>;

/** How long one candidate took, a single operation, in nanoseconds. */
export interface Measured {
  readonly name: string;
  readonly ns: number;
}

const ROUNDS = 9;
const ROUND_MS = 60;

/** How many rounds come before those that count: until then V8 still compiles, on a processor that others need. */
const WARM_UP_ROUNDS = 6;

/**
 * Measures the candidates in turn, round by round, so that what slows the machine for a while slows them all; returns
 * the median of each.
 */
export async function measure(candidates: Readonly<Record<string, Candidate>>): Promise<Measured[]> {
  const runs = Object.entries(candidates).map(([name, run]) => ({
    name,
    run,
    times: 1,
    results: [] as number[],
  }));
  for (const candidate of runs) candidate.times = await timesFor(candidate.run);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { run, times, results } of runs) {
      const took = await time(run, times);
      if (round >= 0) results.push(took / times);
    }
  }
  return runs.map(({ name, results }) => ({ name, ns: median(results) }));
}

/** The middle one of `numbers`. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

/** Prints a table whose ratios are to the first row. */
export function report(title: string, measured: readonly Measured[]): void {
  const base = measured[0]?.ns ?? Number.NaN;
  console.log(`\n### ${title}\n`);
  console.log("| | one operation | ratio |\n|---|---:|---:|");
  for (const { name, ns } of measured)
    console.log(`| ${name} | ${duration(ns)} | ${(ns / base).toFixed(2)} |`);
}

/** Writes nanoseconds for people to read. */
export function duration(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
}

async function time(run: Candidate, times: number): Promise<number> {
  const start = process.hrtime.bigint();
  await run(times);
  return Number(process.hrtime.bigint() - start);
}

/** Finds how many operations fill a round. */
async function timesFor(run: Candidate): Promise<number> {
  let times = 1;
  let took = 0;
  while (took < ROUND_MS * 1e6) {
    times = took === 0 ? 1 : Math.ceil(times * Math.min(10, Math.max(1.5, (ROUND_MS * 1e6) / took)));
    took = await time(run, times);
  }
  return Math.max(1, Math.round((times * ROUND_MS * 1e6) / took));
}
