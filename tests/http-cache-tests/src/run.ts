import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { httpCache } from "@cullet/http/node";
import { type Edition, loadEdition, type Result } from "./edition.js";
import { forwardTo } from "./forward.js";
import { Origin } from "./origin.js";
import { type Score, scoreOf } from "./score.js";

/** What `runSuite` may be told. */
export interface RunOptions {
  /** The folder of another edition than the one on npm. */
  readonly suite?: string | undefined;
  /** The one test to run, of which all requests and responses are printed. */
  readonly id?: string | undefined;
}

/** Runs the suite on `httpCache` in front of a handler that forwards to the suite's own server. */
export async function runSuite({ suite, id }: RunOptions = {}): Promise<Score> {
  const edition = await loadEdition(suite);
  const only = id === undefined ? edition : { ...edition, chapters: chaptersOf(edition, id) };
  await using origin = await Origin.start(edition.server);
  await using cache = createCache({ backend: locmem, options: { maxEntries: 100_000 } });
  const layer = httpCache({
    cache,
    targets: ["CDN-Cache-Control", "Surrogate-Control"],
    requestDirectives: true,
    staleIfError: 60,
  });
  const server = createServer(layer(forwardTo(origin.url)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return scoreOf(only, await run(only, `http://127.0.0.1:${port}`));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function run({ runner, chapters, fetch }: Edition, base: string): Promise<Record<string, Result>> {
  const all = chapters.reduce((sum, { tests }) => sum + tests.length, 0);
  await runner.runTests(chapters, fetch, false, base, all);
  return runner.getResults();
}

function chaptersOf({ chapters }: Edition, id: string) {
  return chapters.flatMap((chapter) => {
    const tests = chapter.tests.filter((test) => test.id === id);
    for (const test of tests) test.dump = true;
    return tests.length === 0 ? [] : [{ ...chapter, tests }];
  });
}
