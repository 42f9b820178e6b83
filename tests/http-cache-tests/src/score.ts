import type { Edition, Kind, Result, SuiteTest } from "./edition.js";

/** How many tests of each kind a cache passes, and which it fails. */
export interface Score {
  readonly required: Count;
  readonly optimal: Count;
  readonly failures: readonly Failure[];
}

/** Of how many tests how many passed. */
interface Count {
  readonly passed: number;
  readonly all: number;
}

/** A test that did not pass, and why. */
interface Failure {
  readonly id: string;
  readonly kind: Kind;
  readonly why: string;
}

/** Counts what the results of an edition's tests come to. A test counts as passed only where those it depends on did. */
export function scoreOf({ chapters }: Edition, results: Readonly<Record<string, Result>>): Score {
  const tests = new Map(chapters.flatMap((chapter) => chapter.tests).map((test) => [test.id, test]));
  const counted = [...tests.values()].filter((test) => test.id in results && kindOf(test) !== "check");
  const whyNot = (test: SuiteTest): string | undefined => {
    for (const id of test.depends_on ?? []) {
      const needed = tests.get(id);
      if (needed !== undefined && whyNot(needed) !== undefined) return `needs ${id}, which fails`;
    }
    const result = results[test.id];
    return result === true ? undefined : (result?.[1] ?? "not run");
  };
  const failures = counted.flatMap((test): Failure[] => {
    const why = whyNot(test);
    return why === undefined ? [] : [{ id: test.id, kind: kindOf(test), why }];
  });
  const count = (kind: Kind): Count => {
    const all = counted.filter((test) => kindOf(test) === kind).length;
    return { passed: all - failures.filter((failure) => failure.kind === kind).length, all };
  };
  return { required: count("required"), optimal: count("optimal"), failures };
}

function kindOf({ kind = "required" }: SuiteTest): Kind {
  return kind;
}
