import type { Cache, CacheStats } from "@cullet/core";
import type { JobRunner } from "./job-runner.js";
import type { Finding } from "./jobs/finding.js";
import { type JobName, jobNames } from "./jobs/jobs.js";
import { countries } from "./towns.js";

/** A job about a country. */
export interface Question {
  readonly job: JobName;
  /** The code of the country. */
  readonly country: string;
}

/** What is kept in the cache. */
export interface Answer extends Question {
  readonly finding: Finding;
  readonly computedAt: Date;
  /** How long the job took. */
  readonly tookMs: number;
}

/** Where an answer came from: the cache, this caller's run of the job, or the run of another caller. */
export type Source = "hit" | "miss" | "shared";

/** An answer, and how a caller came by it. */
export interface Served {
  readonly answer: Answer;
  readonly source: Source;
}

/** What happened since the start. */
export interface AtlasStats {
  /** How many answers came from where. */
  readonly answers: Readonly<Record<Source, number>>;
  /** How many jobs were begun. */
  readonly jobsRun: number;
  /** What the cache counted, of every read and write. */
  readonly cache: CacheStats;
}

// As many as make a run of the demo some seconds long.
const POPULAR_COUNTRIES = 10;

const KEPT_LONGER = "1d";

/** The questions that visitors ask most, by country. */
export const popularQuestions: readonly Question[] = [...countries.keys()]
  .slice(0, POPULAR_COUNTRIES)
  .flatMap((country) => jobNames.map((job) => ({ job, country })));

/** Answers questions, each by a slow job, and keeps the answers in a cache. */
export class Atlas {
  readonly #cache: Cache;
  readonly #jobs: JobRunner;
  readonly #answers = { hit: 0, miss: 0, shared: 0 };

  constructor(cache: Cache, jobs: JobRunner) {
    this.#cache = cache;
    this.#jobs = jobs;
  }

  /** Returns the answer that is kept, else the one that the job finds. */
  async answer(question: Question): Promise<Served> {
    const asked = Date.now();
    let computing = false;
    const answer = await this.#cache.getOrSet<Answer>(keyOf(question), ({ signal }) => {
      computing = true;
      return this.#compute(question, signal);
    });
    const source = computing ? "miss" : answer.computedAt.getTime() > asked ? "shared" : "hit";
    this.#answers[source] += 1;
    return { answer, source };
  }

  /** Returns those of the popular questions that have an answer in the cache, in one round trip. */
  async kept(): Promise<readonly Answer[]> {
    const answers = await this.#cache.getMany<Answer>(popularQuestions.map(keyOf));
    return [...answers.values()];
  }

  /** Returns the seconds for which an answer is still kept: `null` for ever, `undefined` where it is not. */
  secondsLeft(question: Question): Promise<number | null | undefined> {
    return this.#cache.ttl(keyOf(question));
  }

  /** Keeps an answer for a day from now: `false` where there is none to keep. */
  keepLonger(question: Question): Promise<boolean> {
    return this.#cache.touch(keyOf(question), KEPT_LONGER);
  }

  /** Drops an answer, so that the next caller waits for the job again. */
  forget(question: Question): Promise<boolean> {
    return this.#cache.delete(keyOf(question));
  }

  /** Counts a visit, and returns how many there were: by all processes, where they share the cache. */
  async countVisit(): Promise<number> {
    await this.#cache.add("visits", 0, null);
    return this.#cache.incr("visits");
  }

  stats(): AtlasStats {
    return { answers: { ...this.#answers }, jobsRun: this.#jobs.runs, cache: this.#cache.stats() };
  }

  async #compute(question: Question, signal: AbortSignal): Promise<Answer> {
    const { finding, tookMs } = await this.#jobs.run(question, signal);
    return { ...question, finding, tookMs, computedAt: new Date() };
  }
}

function keyOf({ job, country }: Question): string {
  return `${job}:${country}`;
}
