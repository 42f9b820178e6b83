import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEntry, type Entry, encodeEntry } from "../../src/entry/entry.js";
import { HeaderList } from "../../src/message/header-list.js";

const times = {
  storedAt: 1_000,
  initialAge: 2.5,
  lifetime: 60,
  staleWhileRevalidate: 5,
  staleIfError: 10,
  mustValidate: false,
  mayBeStale: true,
};

function entryOf(body: Uint8Array, headers = new HeaderList([["ETag", '"a"']])): Entry {
  return { status: 200, reason: "Fine", headers, body, times };
}

describe("an entry", () => {
  it("comes back with every byte and every line of its fields, in their order and spelling", () => {
    const field = fc.tuple(
      fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,10}$/),
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,20}$/),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(field), (body, pairs) => {
        const read = decodeEntry(encodeEntry(entryOf(body, new HeaderList(pairs))));
        expect([...(read?.body ?? [])]).toEqual([...body]);
        expect([...(read?.headers ?? [])]).toEqual(pairs);
        expect(read).toMatchObject({ status: 200, reason: "Fine", times });
      }),
    );
  });

  it("is text where its body is, and bytes where those would be smaller", () => {
    expect(encodeEntry(entryOf(Buffer.from("<p>a word: café</p>".repeat(20))))).toBeTypeOf("string");
    expect(encodeEntry(entryOf(Buffer.alloc(1_000, 0xff)))).toBeInstanceOf(Uint8Array);
  });

  it.each([
    ["nothing", undefined],
    ["a number", 1],
    ["text without a line", "x"],
    ["no JSON", "x\nbody"],
    ["another list", '[200,"",[]]\nbody'],
    ["a status that is none", '[99,"",[],0,0,0,0,0,false,true]\n'],
    ["a name without a value", '[200,"",["a"],0,0,0,0,0,false,true]\n'],
    ["a field that would end the head", '[200,"",["a","b\\r\\nSet-Cookie: c"],0,0,0,0,0,false,true]\n'],
    ["a name that is none", '[200,"",["a b","c"],0,0,0,0,0,false,true]\n'],
    ["a reason that would end the head", '[200,"\\r\\n",[],0,0,0,0,0,false,true]\n'],
    ["a time that is none", '[200,"",[],"0",0,0,0,0,false,true]\n'],
    ["a flag that is none", '[200,"",[],0,0,0,0,0,0,true]\n'],
  ])("is not made of %s", (_what, stored) => {
    expect(decodeEntry(stored)).toBeUndefined();
  });
});
