import { setTimeout as sleep } from "node:timers/promises";
import type { Runner } from "./runner.js";
import { type TestBackendOptions, testBackend } from "./test-backend.js";

/** How long one test may take, in milliseconds. */
const TEST_TIMEOUT_MS = 30_000;

/** A test that was run. */
export interface TestResult {
  /** What it was declared under, its own name last. */
  readonly path: readonly string[];
  /** What it failed with; left out where it passed. */
  readonly error?: unknown;
}

/** What came of a run of the suite. */
export interface Report {
  readonly passed: readonly TestResult[];
  readonly failed: readonly TestResult[];
}

/** What to run, and whom to tell. */
export interface RunOptions extends Omit<TestBackendOptions, "runner"> {
  /** Runs only the tests whose path, joined by " > ", it accepts. @default all */
  only?: (path: string) => boolean;
  /** Called after each test. */
  onResult?: (result: TestResult) => void;
}

interface Step {
  readonly path: readonly string[];
  readonly isTest: boolean;
  run(): Promise<void>;
}

/** Runs the suite without a test runner, one test after another, and returns what failed. */
export async function runConformance({
  only = () => true,
  onResult,
  ...options
}: RunOptions): Promise<Report> {
  const passed: TestResult[] = [];
  const failed: TestResult[] = [];
  for (const { path, isTest, run } of stepsOf(options)) {
    if (isTest && !only(path.join(" > "))) continue;
    const result = await run().then(
      () => ({ path }),
      (error: unknown) => ({ path, error }),
    );
    const isFailure = "error" in result;
    if (!isTest && !isFailure) continue;
    (isFailure ? failed : passed).push(result);
    onResult?.(result);
  }
  return { passed, failed };
}

/** Returns the hooks and tests of the suite in the order in which a runner would run them. */
function stepsOf(options: Omit<TestBackendOptions, "runner">): Step[] {
  const steps: Step[] = [];
  const path: string[] = [];
  let after: Step[] = [];

  const runner: Runner = {
    describe(name, body) {
      const outer = after;
      after = [];
      path.push(name);
      body();
      path.pop();
      steps.push(...after);
      after = outer;
    },
    it: (name, body) => steps.push({ path: [...path, name], isTest: true, run: () => inTime(body) }),
    beforeAll: (run) => steps.push({ path: [...path, "before all"], isTest: false, run }),
    afterAll: (run) => after.push({ path: [...path, "after all"], isTest: false, run }),
  };
  testBackend({ ...options, runner });
  return steps;
}

async function inTime(body: () => Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(TEST_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`the test took longer than ${TEST_TIMEOUT_MS} ms`);
  });
  // Its end by the signal is nobody's concern.
  late.catch(() => {});
  try {
    await Promise.race([body(), late]);
  } finally {
    timer.abort();
  }
}
