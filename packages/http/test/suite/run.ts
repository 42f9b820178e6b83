import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache } from "@cullet/core";
import { describe, expect, it, vi } from "vitest";
import type { HandlerRequest, HandlerResponse, Names, SuiteAdapter, SuiteHandler } from "./adapter.js";
import { type Sent, send } from "./send.js";

/** What is expected of the answer to one request. Only what is named is looked at. */
export interface Step {
  /** Done before the request is sent; `origin` is that of the server. */
  readonly first?: (cache: Cache, origin: string) => Promise<unknown>;
  readonly send?: Sent;
  /** How often the handler has run by then. */
  readonly runs?: number;
  /** How often it has run soon after the answer. */
  readonly soonRuns?: number;
  /** @default 200 */
  readonly status?: number;
  readonly body?: string;
  /** Fields with their value, or a pattern of it; `null` for none. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
}

/** A handler that is told which of its runs it is, from 1 on. */
type ScenarioHandler = (request: HandlerRequest, run: number) => ReturnType<SuiteHandler>;

/** One claim about the middlewares: what stands around which handler, and what then comes of requests. */
export interface Scenario {
  readonly name: string;
  /** Makes the middlewares, the outermost first. */
  readonly use: (names: Names, cache: Cache, fieldOf: SuiteAdapter["fieldOf"]) => readonly unknown[];
  /** What the handler answers; where it gives no body, it says which of its runs it is: `run 1`. */
  readonly handler?: HandlerResponse | ScenarioHandler;
  readonly steps: readonly Step[];
}

/** Runs each of a table's scenarios on a framework, over a real socket and with a cache of its own. */
export function runScenarios(title: string, scenarios: readonly Scenario[], adapter: SuiteAdapter): void {
  describe(`${title} on ${adapter.name}`, () => {
    for (const scenario of scenarios) it(scenario.name, () => runScenario(scenario, adapter));
  });
}

async function runScenario(
  { use, handler = {}, steps }: Scenario,
  { names, serve, fieldOf }: SuiteAdapter,
): Promise<void> {
  await using cache = createCache({ backend: locmem, location: crypto.randomUUID() });
  let runs = 0;
  await using served = await serve(use(names, cache, fieldOf), async (request) => {
    runs += 1;
    return {
      body: `run ${runs}`,
      ...(typeof handler === "function" ? await handler(request, runs) : handler),
    };
  });
  for (const [at, step] of steps.entries()) {
    await step.first?.(cache, `http://127.0.0.1:${served.port}`);
    const { status, headers, body } = await send(served.port, step.send ?? {});
    const expected = {
      status: step.status ?? 200,
      runs: step.runs ?? runs,
      body: step.body ?? body.toString(),
      ...step.headers,
    };
    const seen = { status, runs, body: body.toString() };
    for (const name of Object.keys(step.headers ?? {})) Object.assign(seen, { [name]: headers.get(name) });
    expect(seen, `step ${at + 1}`).toEqual(asMatchers(expected));
    if (step.soonRuns !== undefined) {
      await vi.waitFor(() => expect(runs, `runs soon after step ${at + 1}`).toBe(step.soonRuns), {
        timeout: 5_000,
      });
    }
  }
}

function asMatchers(expected: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]),
  );
}
