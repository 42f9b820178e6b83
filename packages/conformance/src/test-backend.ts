import assert from "node:assert/strict";
import type { Chapter } from "./chapter.js";
import { chapters } from "./chapters/index.js";
import { type Processes, testNoProcesses, testProcesses } from "./processes/processes.js";
import type { Runner } from "./runner.js";
import { type Create, type Subject, withSubject } from "./subject.js";

/** A backend to be tested, and by which test runner. */
export interface TestBackendOptions {
  /** What the tests are reported under. */
  name: string;
  /** Makes a new, empty backend each time; a backend that culls is given how. */
  create: Create;
  /** The functions of the test runner in use. */
  runner: Runner;
  /** How other processes reach the store: for a backend whose `features.shared` is true. */
  processes?: Processes;
}

/** Declares the tests that every backend passes. What a backend cannot do it says in its `features`. */
export function testBackend({ name, create, runner, processes }: TestBackendOptions): void {
  const { describe, it } = runner;
  describe(name, () => {
    for (const chapter of chapters) {
      describe(chapter.title, () => {
        chapter.tests((test, body, culling) => {
          it(test, () => withSubject(create, culling, (subject) => runTest(chapter, subject, body)));
        });
      });
    }
    if (processes === undefined) testNoProcesses(create, runner);
    else testProcesses(create, processes, runner);
  });
}

async function runTest(
  chapter: Chapter,
  subject: Subject,
  body: (subject: Subject) => Promise<void>,
): Promise<void> {
  if (subject.features.keeps || chapter.ofAnyBackend) await body(subject);
  else await assertKeepsNothing(subject);
}

async function assertKeepsNothing({ cache }: Subject): Promise<void> {
  await cache.set("key", "value", null);
  assert.equal(await cache.get("key"), undefined, "features.keeps is false, and an entry was kept");
}
