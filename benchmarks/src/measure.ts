/** Does `times` operations. */
export type Candidate = (times: number) => void | Promise<void>;

/** Does `times` operations, and returns the nanoseconds that they took. */
export type Timed = (times: number) => Promise<number>;

/** How long one candidate took, a single operation, in nanoseconds. */
export interface Measured {
  readonly name: string;
  /** The median of the rounds. */
  readonly ns: number;
  readonly rounds: readonly number[];
}

const ROUNDS = 15;
const ROUND_MS = 60;

/** How many rounds come before those that count: until then V8 still compiles, on a processor that others need. */
const WARM_UP_ROUNDS = 20;

/** Measures the candidates as `measureTimed` does. */
export function measure(candidates: Readonly<Record<string, Candidate>>): Promise<Measured[]> {
  const timed = Object.entries(candidates).map(([name, run]) => [name, stopwatch(run)]);
  return measureTimed(Object.fromEntries(timed));
}

/** Times a candidate in this process. */
export function stopwatch(run: Candidate): Timed {
  return async (times) => {
    const start = process.hrtime.bigint();
    await run(times);
    return Number(process.hrtime.bigint() - start);
  };
}

/** Has the candidates take turns, round by round, so that what slows the machine for a while slows them all. */
export async function measureTimed(candidates: Readonly<Record<string, Timed>>): Promise<Measured[]> {
  const runs = Object.entries(candidates).map(([name, run]) => ({
    name,
    run,
    times: 1,
    rounds: [] as number[],
  }));
  for (const candidate of runs) candidate.times = await timesFor(candidate.run);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { run, times, rounds } of runs) {
      const took = await run(times);
      if (round >= 0) rounds.push(took / times);
    }
  }
  return runs.map(({ name, rounds }) => ({ name, ns: median(rounds), rounds }));
}

/** The middle one of `numbers`. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

/** Prints a table whose ratios are to the first row. */
export function report(title: string, measured: readonly Measured[]): void {
  const [base] = measured;
  console.log(`\n### ${title}\n`);
  console.log("| | one operation | ratio |\n|---|---:|---:|");
  for (const one of measured) {
    console.log(`| ${one.name} | ${duration(one.ns)} | ${base ? ratio(one, base).toFixed(2) : ""} |`);
  }
}

/** The median of what each round took over what the same round of `base` took. */
function ratio({ rounds }: Measured, base: Measured): number {
  return median(rounds.map((ns, round) => ns / (base.rounds[round] as number)));
}

/** Writes nanoseconds for people to read. */
export function duration(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
}

/** Finds how many operations fill a round. */
async function timesFor(run: Timed): Promise<number> {
  let times = 1;
  let took = 0;
  while (took < ROUND_MS * 1e6) {
    times = took === 0 ? 1 : Math.ceil(times * Math.min(10, Math.max(1.5, (ROUND_MS * 1e6) / took)));
    took = await run(times);
  }
  return Math.max(1, Math.round((times * ROUND_MS * 1e6) / took));
}
