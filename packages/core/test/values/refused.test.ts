import { describe, expect, it } from "vitest";
import { SerializationError } from "../../src/errors.js";
import { structuredCodecs, thenable } from "./samples.js";

class Session {
  secret = "hunter2";
}
class MyMap extends Map {}
class MyError extends TypeError {}
class MyBytes extends Uint8Array {}
class MyArray extends Array {}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function detached(view: Uint8Array<ArrayBuffer>): Uint8Array {
  structuredClone(view, { transfer: [view.buffer] });
  return view;
}

const refusals: [value: () => unknown, message: string][] = [
  [() => undefined, "value is undefined, which cannot be kept"],
  [() => () => {}, "value is a function, which cannot be kept"],
  [() => Symbol("s"), "value is a symbol, which cannot be kept"],
  [
    () => ({ users: [1, 2, 3, { callback() {} }] }),
    "value.users[3].callback is a function, which cannot be kept",
  ],
  [() => ({ "a b": { "": Symbol("s") } }), 'value["a b"][""] is a symbol, which cannot be kept'],
  [() => new Session(), "value is an instance of Session, which cannot be kept"],
  [() => [new Session()], "value[0] is an instance of Session, which cannot be kept"],
  [() => ({ m: new MyMap() }), "value.m is an instance of MyMap, which cannot be kept"],
  [() => new MyError("x"), "value is an instance of MyError, which cannot be kept"],
  [() => detached(new Uint8Array(2)), "value cannot be read or written"],
  [() => new MyBytes(2), "value is an instance of MyBytes, which cannot be kept"],
  [() => MyArray.from([1]), "value is an instance of MyArray, which cannot be kept"],
  [() => Promise.resolve(), "value is an instance of Promise, which cannot be kept"],
  [() => new WeakMap(), "value is an instance of WeakMap, which cannot be kept"],
  [() => new SharedArrayBuffer(1), "value is an instance of SharedArrayBuffer, which cannot be kept"],
  [() => new URLSearchParams("a=1"), "value is an instance of URLSearchParams, which cannot be kept"],
  [() => Object.create(Date.prototype), "value is an instance of Date, which cannot be kept"],
  [() => Object.create({}), "value is an instance of Object, which cannot be kept"],
  [() => Object.create(Object.create(null)), "value is an object of no known class, which cannot be kept"],
  [() => Object(Symbol("s")), "value is a symbol, which cannot be kept"],
  [() => new ArrayBuffer(1, { maxByteLength: 2 }), "value is a resizable ArrayBuffer, which cannot be kept"],
  [() => ({ [Symbol("s")]: 1 }), "value has a property keyed by a symbol, which cannot be kept"],
  [
    () => Object.assign([1], { [Symbol("s")]: 1 }),
    "value has a property keyed by a symbol, which cannot be kept",
  ],
  [() => Object.assign(new Date(), { a: 1 }), "value has properties of its own, which cannot be kept"],
  [() => [Object.assign(Object("ab"), { c: 1 })], "value[0] has properties of its own, which cannot be kept"],
  [() => new Map([[{ k: () => {} }, 1]]), "value.keys()[0].k is a function, which cannot be kept"],
  [
    () =>
      new Map([
        [1, 2],
        [2, Symbol("s")],
      ] as [number, unknown][]),
    "value.values()[1] is a symbol, which cannot be kept",
  ],
  [() => ({ s: new Set([1, () => {}]) }), "value.s.values()[1] is a function, which cannot be kept"],
  [() => new Error("x", { cause: { f() {} } }), "value.cause.f is a function, which cannot be kept"],
  [() => new AggregateError([() => {}]), "value.errors[0] is a function, which cannot be kept"],
  [() => Object.assign([1], { f() {} }), "value.f is a function, which cannot be kept"],
  [() => ({ a: 1n, ...thenable }), "value.then is a function, which cannot be kept"],
  [() => ({ toJSON: () => 1 }), "value.toJSON is a function, which cannot be kept"],
  [() => nested(1001), `value${"[0]".repeat(1000)} is nested deeper than 1000 levels`],
  [() => nested(100_000), `value${"[0]".repeat(1000)} is nested deeper than 1000 levels`],
  [
    () => new Map([[1, nested(1000)]]),
    `value.values()[0]${"[0]".repeat(999)} is nested deeper than 1000 levels`,
  ],
];

describe.each(Object.entries(structuredCodecs))("%s", (_name, codec) => {
  it.each(refusals)("refuses %s with the path to it", (make, message) => {
    const value = make();
    expect(() => codec.encode("k", value, null)).toThrow(new SerializationError(message));
  });

  it("keeps what an accessor throws as the cause", () => {
    const cause = new Error("of the accessor");
    const value = {
      a: {
        get b(): unknown {
          throw cause;
        },
      },
    };
    const encode = () => codec.encode("k", value, null);
    expect(encode).toThrow(new SerializationError("value.a.b cannot be read or written"));
    expect(encode).toThrow(expect.objectContaining({ cause }));
  });

  it("tells nothing of the content", () => {
    const value = { password: "hunter2", session: new Session(), list: ["hunter2", () => "hunter2"] };
    expect(() => codec.encode("k", value, null)).toThrow(
      /^value\.session is an instance of Session, which cannot be kept$/,
    );
  });

  it("survives a stack that is nearly used up", () => {
    const value = { a: [new Date(1), { b: [1] }] };
    const payload = codec.encode("k", value, null);
    let outcome: unknown;
    function dive(): void {
      try {
        dive();
      } catch {
        outcome ??= codec.decode("k", payload);
      }
    }
    expect(dive).not.toThrow();
    expect(["object", "symbol"]).toContain(typeof outcome);
  });
});
