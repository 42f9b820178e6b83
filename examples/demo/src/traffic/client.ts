import type { Answer, AtlasStats, Question, Source } from "../atlas.js";

/** An answer as a caller got it over HTTP. */
export interface Call {
  /** Where the server says that it came from. */
  readonly source: Source;
  /** How long the caller waited. */
  readonly ms: number;
  /** How long the job took, now or when it ran. */
  readonly jobMs: number;
}

/** Asks a running demo as any other program would: with `fetch`, which keeps connections open. */
export class Client {
  readonly #base: string;
  readonly #signal: AbortSignal;

  constructor(base: string, signal: AbortSignal) {
    this.#base = base;
    this.#signal = signal;
  }

  async ask({ job, country }: Question): Promise<Call> {
    const started = performance.now();
    const response = await this.#get(`/api/${job}/${country}`);
    const { tookMs } = (await response.json()) as Answer;
    const ms = performance.now() - started;
    return { source: response.headers.get("x-cache") as Source, ms, jobMs: tookMs };
  }

  async stats(): Promise<AtlasStats> {
    const response = await this.#get("/api/stats");
    return (await response.json()) as AtlasStats;
  }

  async #get(path: string): Promise<Response> {
    const response = await fetch(new URL(path, this.#base), { signal: this.#signal });
    if (response.ok) return response;
    throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
  }
}
