import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LruTable } from "../src/lru-table.js";

const FOREVER = Number.POSITIVE_INFINITY;

/** What the table must do, in the plainest way: a list, the oldest first. */
class Model {
  entries: { key: string; payload: number; weight: number; expires: number }[] = [];

  find(key: string) {
    return this.entries.find((entry) => entry.key === key);
  }

  use(key: string) {
    const entry = this.find(key);
    if (entry === undefined) return;
    this.entries = [...this.entries.filter((other) => other !== entry), entry];
  }

  remove(key: string) {
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  cut(cullFrequency: number) {
    this.entries.splice(0, Math.max(1, Math.floor(this.entries.length / cullFrequency)));
  }
}

type Step =
  | { do: "put"; key: string; weight: number; expires: number }
  | { do: "use" | "remove"; key: string }
  | { do: "cut"; cullFrequency: number }
  | { do: "expire" | "reclaim" | "clear" };

const key = fc.integer({ min: 0, max: 40 }).map((n) => `k${n}`);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      key,
      weight: fc.nat(9),
      expires: fc.constantFrom(FOREVER, 1, 8.64e15),
    }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("use" as const), key }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("remove" as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("cut" as const), cullFrequency: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("expire" as const, "reclaim" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const) }) },
);

function apply(table: LruTable, model: Model, step: Step, payload: number): void {
  switch (step.do) {
    case "put": {
      const slot = table.find(step.key);
      // The model drops an expired entry when it is looked for, as the table does.
      if (slot === 0) model.remove(step.key);
      if (slot === 0) table.insert(step.key, payload, step.weight, step.expires);
      else {
        table.replace(slot, payload, step.weight);
        table.setExpires(slot, step.expires);
        model.remove(step.key);
      }
      model.entries.push({ key: step.key, payload, weight: step.weight, expires: step.expires });
      return;
    }
    case "use": {
      const slot = table.find(step.key);
      if (slot === 0) model.remove(step.key);
      else table.use(slot);
      model.use(step.key);
      return;
    }
    case "remove": {
      const slot = table.find(step.key);
      if (slot !== 0) table.remove(slot);
      model.remove(step.key);
      return;
    }
    case "cut":
      if (table.count === 0) return;
      table.setCullFrequency(step.cullFrequency);
      table.cut();
      model.cut(step.cullFrequency);
      return;
    case "expire":
      table.removeExpired(Date.now());
      model.entries = model.entries.filter((entry) => entry.expires !== 1);
      return;
    case "reclaim":
      table.reclaim();
      return;
    case "clear":
      table.clear();
      model.entries = [];
  }
}

describe("the table of entries by use", () => {
  it("does what a plain list does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new LruTable();
        const model = new Model();
        for (const [payload, next] of steps.entries()) {
          apply(table, model, next, payload);
          expect(table.count).toBe(model.entries.length);
          expect(table.weight).toBe(model.entries.reduce((sum, entry) => sum + entry.weight, 0));
        }
        // Oldest first, one at a time, what is left is what the list holds.
        const live = model.entries.filter((entry) => entry.expires !== 1);
        table.removeExpired(Date.now());
        for (const entry of live) {
          expect(table.payload(table.oldest)).toBe(entry.payload);
          expect(table.find(entry.key)).toBe(table.oldest);
          table.remove(table.oldest);
        }
        expect(table.count).toBe(0);
        expect(table.oldest).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("clears what was cut off away before it is cut again, whatever is written meanwhile", () => {
    const table = new LruTable();
    table.setCullFrequency(2);
    for (let n = 0; n < 1_000; n += 1) table.insert(`a${n}`, n, 0, FOREVER);
    table.cut();
    expect(table.count).toBe(500);
    expect(table.find("a499")).toBe(0);
    expect(table.find("a500")).not.toBe(0);
    for (let n = 0; n < 100; n += 1) table.insert(`b${n}`, n, 0, FOREVER);
    expect([...table.keys()]).toHaveLength(600);
  });

  it("puts a key that was cut off back without losing another", () => {
    const table = new LruTable();
    table.setCullFrequency(1);
    for (let n = 0; n < 100; n += 1) table.insert(`k${n}`, n, 0, FOREVER);
    table.cut();
    for (const n of [50, 99, 0, 51]) table.insert(`k${n}`, n, 0, FOREVER);
    expect(table.count).toBe(4);
    table.reclaim();
    expect([...table.keys()].toSorted()).toEqual(["k0", "k50", "k51", "k99"]);
  });
});
