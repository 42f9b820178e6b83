import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** How much a cache has to do what a test asks: `check` only tells how caches differ. */
export type Kind = "required" | "optimal" | "check";

/** One test of the suite. */
export interface SuiteTest {
  readonly id: string;
  readonly name: string;
  readonly kind?: Kind;
  readonly depends_on?: readonly string[];
  readonly browser_only?: boolean;
  dump?: boolean;
}

/** Tests that belong together. */
interface Chapter {
  readonly id: string;
  readonly tests: readonly SuiteTest[];
}

/** What a test came to: passed, or what went wrong. */
export type Result = true | readonly [name: string, message: string];

/** What runs the tests, and knows what they came to. */
interface Runner {
  runTests(
    tests: readonly Chapter[],
    fetch: unknown,
    isBrowser: boolean,
    base: string,
    chunk: number,
  ): Promise<void>;
  getResults(): Record<string, Result>;
}

/** One edition of the suite, in a folder. */
export interface Edition {
  readonly server: string;
  readonly chapters: readonly Chapter[];
  readonly runner: Runner;
  /** The client that its tests are written for. */
  readonly fetch: unknown;
}

const { resolve } = createRequire(import.meta.url);

/** Loads the edition in `folder`, by default the one on npm. A newer one has its engine in a folder of its own. */
export async function loadEdition(
  folder = dirname(resolve("http-cache-tests/package.json")),
): Promise<Edition> {
  const engine = existsSync(join(folder, "test-engine")) ? join(folder, "test-engine") : folder;
  const load = (path: string) => import(pathToFileURL(path).href);
  const { default: chapters } = (await load(join(folder, "tests/index.mjs"))) as { default: Chapter[] };
  if (engine === folder) {
    // The old command line adds this chapter to the list as well.
    const surrogate = await load(join(folder, "tests/surrogate-control.mjs"));
    chapters.push(surrogate.default as Chapter);
  }
  const runner = (await load(join(engine, "client/runner.mjs"))) as Runner;
  return { server: join(engine, "server/server.mjs"), chapters, runner, fetch: clientOf(folder) };
}

function clientOf(folder: string): unknown {
  try {
    return createRequire(join(folder, "package.json"))("node-fetch");
  } catch {
    return fetch;
  }
}
