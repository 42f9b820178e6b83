import { deepStrictEqual } from "node:assert";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { processorTime } from "./processor-time.js";
import { expectSame, foreign, samples, structuredCodecs } from "./samples.js";

describe.each(Object.entries(structuredCodecs))("%s", (_name, codec) => {
  function roundTrip(value: unknown): unknown {
    return codec.decode("k", codec.encode("k", value, 60_000));
  }

  it.each(Object.entries(samples))("%s comes back equal and of its type", (_sample, make) => {
    const back = roundTrip(make());
    expectSame(back, make());
    // What came back can be kept as well.
    expectSame(roundTrip(back), make());
  });

  it.each(Object.entries(foreign))("%s of another realm comes back as one of this", (_source, make) => {
    const [theirs, ours] = make();
    deepStrictEqual(roundTrip(theirs), ours);
  });

  it("keeps an error of another realm, and its own realm's class", () => {
    const back = roundTrip(runInNewContext('Object.assign(new TypeError("x"), { code: 5 })'));
    expect(back).toBeInstanceOf(TypeError);
    expect(back).toMatchObject({ message: "x", code: 5 });
  });

  it("keeps all of an error", () => {
    const made = samples["error with all"]?.() as Error;
    const back = roundTrip(made) as Error;
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    for (const key of ["message", "stack", "name", "code", "cause"]) {
      const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(made, key) ?? {};
      expect(Object.getOwnPropertyDescriptor(back, key)).toEqual({
        value,
        writable,
        enumerable,
        configurable,
      });
    }
    expect(back.cause).toBeInstanceOf(TypeError);
    expect((back.cause as Error).stack).toBe((made.cause as Error).stack);
  });

  it("keeps the members of an aggregate error, and what it does not have", () => {
    const back = roundTrip(samples["aggregate error"]?.()) as AggregateError;
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors).toEqual([expect.any(EvalError), 2n]);
    expect(Object.keys(back)).toEqual([]);
    expect(Object.hasOwn(roundTrip(new Error()) as Error, "message")).toBe(false);
  });

  it("keeps the stack that an error has of itself", () => {
    const made = new RangeError("x");
    expect((roundTrip(made) as Error).stack).toBe(made.stack);
    delete made.stack;
    expect(Object.hasOwn(roundTrip(made) as Error, "stack")).toBe(false);
  });

  it("tells a Buffer from a Uint8Array", () => {
    expect(Buffer.isBuffer(roundTrip(Buffer.from("a")))).toBe(true);
    expect(Buffer.isBuffer(roundTrip(new Uint8Array(1)))).toBe(false);
    expect(Buffer.isBuffer((roundTrip([new Uint8Array(1)]) as unknown[])[0])).toBe(false);
  });

  it("keeps one object one, and a circle a circle", () => {
    const shared = roundTrip(samples.shared?.()) as {
      a: Date;
      b: Date;
      list: unknown[];
      map: Map<unknown, unknown>;
    };
    expect(shared.a).toBe(shared.b);
    expect(shared.list[0]).toBe(shared.list[1]);
    expect(shared.map.get(shared.a)).toBe(shared.list[0]);
    const circular = roundTrip(samples.circular?.()) as {
      self: unknown;
      list: unknown[];
      map: Map<unknown, unknown>;
    };
    expect(circular.self).toBe(circular);
    expect(circular.list[1]).toBe(circular.list);
    expect(circular.map.get(circular)).toBe(circular.map);
  });

  it("keeps objects that are shared in plain data", () => {
    const one = { a: 1 };
    const many = Array.from({ length: 100 }, (_, at) => ({ at }));
    const back = roundTrip({ x: one, y: [one], many, last: many[99] }) as Record<string, unknown[]>;
    expect(back.x).toBe(back.y?.[0]);
    expect(back.last).toBe(back.many?.[99]);
  });

  it("keeps holes and names of arrays apart from undefined", () => {
    const holes = roundTrip(samples["array with holes"]?.()) as unknown[];
    expect(Object.keys(holes)).toEqual(["1", "3"]);
    const match = roundTrip(samples["regexp match"]?.()) as RegExpExecArray;
    expect(match.index).toBe(3);
    expect(Object.getPrototypeOf(match.groups)).toBe(null);
  });

  it("takes the time of its elements, not of its length, for an array", () => {
    const taken = processorTime(() => {
      for (const length of [1e6, 3e7, 2 ** 32 - 1]) {
        const array: unknown[] = [];
        array.length = 2 ** 32 - 1;
        array.length = length;
        expect(roundTrip([array, array])).toHaveLength(2);
      }
    });
    expect(taken).toBeLessThan(500);
  });

  it("gives each reader a value of its own", () => {
    const value = { list: [1], date: new Date(1), bytes: Buffer.from("abc"), view: new Float64Array([1]) };
    const payload = codec.encode("k", value, null);
    value.list.push(2);
    value.date.setTime(2);
    value.bytes.fill(0);
    value.view.fill(0);
    const original = { list: [1], date: new Date(1), bytes: Buffer.from("abc"), view: new Float64Array([1]) };
    const first = codec.decode("k", payload) as typeof value;
    deepStrictEqual(first, original);
    first.list.push(2);
    first.date.setTime(2);
    first.bytes.fill(0);
    first.view.fill(0);
    deepStrictEqual(codec.decode("k", payload), original);
  });

  it.each([
    () => Buffer.from("abc"),
    () => new Uint8Array([97, 98, 99]),
    () => new Uint8Array([97, 98, 99]).buffer,
  ])("copies bytes at either end (%#)", (make) => {
    const value = make();
    const payload = codec.encode("k", value, null);
    new Uint8Array(value instanceof ArrayBuffer ? value : value.buffer, 0, 3).fill(0);
    const back = codec.decode("k", payload) as typeof value;
    new Uint8Array(back instanceof ArrayBuffer ? back : back.buffer, ...spanOf(back)).fill(0);
    deepStrictEqual(codec.decode("k", payload), make());
  });

  it("pollutes nothing", () => {
    const back = roundTrip(samples["rich object with own __proto__"]?.()) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.hasOwn(back, "__proto__")).toBe(true);
    expect({}).not.toHaveProperty("polluted");
  });

  it("minds no extended Object.prototype", () => {
    const source = { toString: 1n, valueOf: "a" };
    let keys: string[][];
    Object.defineProperty(Object.prototype, "extra", { value: 1, enumerable: true, configurable: true });
    try {
      keys = [source, { a: 1 }, { extra: 2n }].map((value) => Object.keys(roundTrip(value) as object));
    } finally {
      Reflect.deleteProperty(Object.prototype, "extra");
    }
    expect(keys).toEqual([["toString", "valueOf"], ["a"], ["extra"]]);
  });

  it("reads a property with an accessor as what it is then", () => {
    const value = {
      get text() {
        return "now";
      },
      get date() {
        return new Date(1);
      },
    };
    deepStrictEqual(roundTrip(value), { text: "now", date: new Date(1) });
  });

  it("reads through a Proxy of plain data", () => {
    deepStrictEqual(roundTrip(new Proxy({ a: [1] }, {})), { a: [1] });
    deepStrictEqual(roundTrip(new Proxy([1, 2n], {})), [1, 2n]);
  });

  it("keeps dates of before and after fake timers took over", () => {
    const before = new Date(1);
    vi.useFakeTimers({ toFake: ["Date"], now: 5 });
    let times: number[];
    try {
      times = (roundTrip([before, new Date(), new Date(2)]) as Date[]).map(Number);
    } finally {
      vi.useRealTimers();
    }
    expect(times).toEqual([1, 5, 2]);
  });

  it("leaves out what structuredClone leaves out: properties that are not enumerable", () => {
    const value = Object.defineProperty({ a: 1 }, Symbol("tag"), { value: 1 });
    Object.defineProperty(value, "hidden", { value: 1 });
    Object.defineProperty(value, "toJSON", { value: () => "other" });
    deepStrictEqual(roundTrip(value), { a: 1 });
  });

  it("keeps what is nested as deep as allowed", () => {
    for (const leaf of [1, undefined, [], new Map(), Number.NaN]) {
      let value: unknown = leaf;
      const levels = typeof leaf === "object" ? 999 : 1000;
      for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { a: value };
      // deepStrictEqual itself would overflow the stack.
      let back = roundTrip(value);
      for (let level = levels - 1; level >= 0; level--)
        back = level % 2 ? (back as unknown[])[0] : (back as { a: unknown }).a;
      deepStrictEqual(back, leaf);
    }
  });
});

function spanOf(value: ArrayBuffer | Uint8Array): [number, number] {
  return value instanceof ArrayBuffer ? [0, value.byteLength] : [value.byteOffset, value.byteLength];
}
