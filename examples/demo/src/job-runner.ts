import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Finding } from "./jobs/finding.js";
import type { JobName } from "./jobs/jobs.js";

/** What a thread is to do: a job, about the country of that code. */
export interface Task {
  readonly job: JobName;
  readonly country: string;
}

/** What a job found, and how long it worked for it. */
export interface JobResult {
  readonly finding: Finding;
  readonly tookMs: number;
}

/** What a thread sends back. */
export type Outcome = { readonly result: JobResult } | { readonly error: unknown };

/** Runs jobs in threads of their own, so that the server answers while they work; what finds no thread idle waits. */
export class JobRunner implements AsyncDisposable {
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];
  #runs = 0;

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.#idle = [...workers];
  }

  /** Makes a runner whose threads have read the towns, so that the first job does not wait for that. */
  static async start(threads = Math.min(2, availableParallelism())): Promise<JobRunner> {
    const script = new URL("./job-worker.js", import.meta.url);
    const workers = Array.from({ length: threads }, () => new Worker(script));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return new JobRunner(workers);
  }

  /** How many jobs were begun. */
  get runs(): number {
    return this.#runs;
  }

  /** Runs a job, however often it ran before. */
  async run(task: Task, signal: AbortSignal): Promise<JobResult> {
    const worker = this.#idle.pop() ?? (await new Promise<Worker>((resolve) => this.#waiting.push(resolve)));
    this.#runs += 1;
    worker.postMessage(task);
    const [outcome]: Outcome[] = await once(worker, "message", { signal });
    // A worker that was given up or died is not released: its message could still come, or never would.
    this.#release(worker);
    if (outcome === undefined || "error" in outcome) throw outcome?.error;
    return outcome.result;
  }

  /** Ends the threads, and with them the jobs that run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #release(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next) next(worker);
    else this.#idle.push(worker);
  }
}
