import { popularQuestions, type Question } from "../atlas.js";
import { jobNames } from "../jobs/jobs.js";
import type { Call, Client } from "./client.js";
import { seededRandom, shuffle, zipfSampler } from "./random.js";

const REPEATS = 100;
const STAMPEDE = 50;
const VISITS = 500;
const VISITORS = 8;
const SEED = 1;

/** The first call of a question, and the same again and again. */
export interface Repeated {
  readonly question: Question;
  readonly first: Call;
  readonly again: readonly Call[];
}

/** Many callers of one question at once. */
export interface Stampede {
  readonly question: Question;
  readonly calls: readonly Call[];
  readonly jobsRun: number;
  /** How long it took until the last of them had the answer. */
  readonly ms: number;
}

/** Visitors who ask what most people ask. */
export interface Visits {
  readonly questions: number;
  readonly calls: readonly Call[];
  readonly jobsRun: number;
  readonly ms: number;
}

/** Calls each job about one country, and then the same again and again, one call after the other. */
export async function driveRepeated(client: Client): Promise<Repeated[]> {
  const country = popularQuestions[0]?.country ?? "";
  // The first request of all opens the connection and loads the client, which is no part of what is compared.
  await client.stats();
  const repeated: Repeated[] = [];
  for (const job of jobNames) {
    const question = { job, country };
    const first = await client.ask(question);
    const again: Call[] = [];
    while (again.length < REPEATS) again.push(await client.ask(question));
    repeated.push({ question, first, again });
  }
  return repeated;
}

/** Lets many callers ask one question at the same time, which nobody has asked yet in this run. */
export async function driveStampede(client: Client): Promise<Stampede> {
  const question = popularQuestions.at(jobNames.length) as Question;
  const [calls, measured] = await measure(client, () =>
    Promise.all(Array.from({ length: STAMPEDE }, () => client.ask(question))),
  );
  return { question, calls, ...measured };
}

/** Lets a few visitors at a time ask all popular questions, some much oftener than others. */
export async function driveVisits(client: Client): Promise<Visits> {
  const random = seededRandom(SEED);
  const draw = zipfSampler(shuffle(popularQuestions, random), random);
  const questions = Array.from({ length: VISITS }, draw);
  const calls: Call[] = [];
  const queue = questions.values();
  const visitor = async () => {
    for (const question of queue) calls.push(await client.ask(question));
  };
  const [, measured] = await measure(client, () => Promise.all(Array.from({ length: VISITORS }, visitor)));
  return { questions: new Set(questions).size, calls, ...measured };
}

async function measure<T>(
  client: Client,
  drive: () => Promise<T>,
): Promise<[T, { jobsRun: number; ms: number }]> {
  const before = await client.stats();
  const started = performance.now();
  const result = await drive();
  const ms = performance.now() - started;
  const after = await client.stats();
  return [result, { jobsRun: after.jobsRun - before.jobsRun, ms }];
}
