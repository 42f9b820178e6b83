import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { PackingBackend } from "../src/backend/packing-backend.js";
import { parseSecret } from "../src/config/secret.js";
import { BackendError } from "../src/errors.js";
import { createCodec } from "../src/values/create-codec.js";
import { Keyring } from "../src/values/keyring.js";
import { StoreBackend } from "./store-backend.js";
import { payloadExpiry, samples } from "./values/samples.js";

const SECRET = "a secret of tests, that is long enough";
const compression = { threshold: 0, algorithm: "gzip" } as const;
const signing = new Keyring(parseSecret(SECRET, "secret"));
const sealing = new Keyring(parseSecret({ keys: SECRET, mode: "seal" }, "secret"));
const envelopes = createCodec(payloadExpiry, "structured");

describe.each([
  ["compresses", { compression, keyring: undefined }],
  ["signs", { compression: undefined, keyring: signing }],
  ["compresses and seals", { compression, keyring: sealing }],
])("a packing backend that %s", (_what, packing) => {
  it("gives back the payload that it was given", async () => {
    const backend = new PackingBackend(new StoreBackend(), packing);
    const payload = fc.oneof(
      fc.maxSafeInteger(),
      fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from([1, ...bytes])),
      fc.maxSafeInteger().map((integer) => Buffer.from(String(integer))),
      fc.json().map((text) => Buffer.from(text.repeat(20))),
      fc.constant(Buffer.alloc(300_000, "long")),
      fc.constantFrom(...Object.values(samples)).map((sample) => envelopes.encode("k", sample(), 60_000)),
    );
    await fc.assert(
      fc.asyncProperty(payload, async (payload) => {
        await backend.set("k", payload, null);
        expect(isSame(await backend.get("k"), payload)).toBe(true);
        expect(isSame((await backend.getMany(["k"])).get("k"), payload)).toBe(true);
        await backend.delete("k");
        expect(await backend.add("k", payload, null)).toBe(true);
        expect(isSame(await backend.peek("k"), payload)).toBe(true);
        expect(await backend.setMany(new Map([["k", payload]]), null)).toEqual([]);
        expect(isSame((await backend.getEach(["k"]))[0], payload)).toBe(true);
      }),
    );
  });
});

describe("the writes of one key", () => {
  const long = Buffer.alloc(300_000, "long");

  it("are sent in their order", async () => {
    const store = new StoreBackend();
    const backend = new PackingBackend(store, { compression, keyring: undefined });
    const short = Buffer.from("short");
    const writes = [backend.set("k", long, null), backend.set("k", short, null), backend.delete("l")];
    const added = backend.add("l", long, null);
    const touched = backend.touch("l", 1_000);
    const stored = backend.setMany(new Map([["m", long]]), null);
    const gone = backend.deleteMany(["m"]);
    await Promise.all([...writes, stored]);
    expect(await backend.get("k")).toEqual(short);
    expect([await added, await touched, await gone]).toEqual([true, true, 1]);
    const cleared = [backend.set("k", long, null), backend.clear("")];
    await Promise.all(cleared);
    expect(store.entries.size).toBe(0);
  });

  it("do not wait for the store to answer those before", async () => {
    let sent = 0;
    class SilentBackend extends StoreBackend {
      override set(): Promise<void> {
        sent += 1;
        return new Promise(() => {});
      }
    }
    const backend = new PackingBackend(new SilentBackend(), { compression, keyring: signing });
    void backend.set("k", long, null);
    void backend.set("k", Buffer.from("short"), null);
    await vi.waitFor(() => expect(sent).toBe(2));
  });

  it("fail one by one", async () => {
    let isDown = true;
    class FailingBackend extends StoreBackend {
      override async set(...args: Parameters<StoreBackend["set"]>): Promise<void> {
        if (isDown) throw new BackendError("nobody there");
        return super.set(...args);
      }
    }
    const backend = new PackingBackend(new FailingBackend(), { compression, keyring: undefined });
    await expect(backend.set("k", long, null)).rejects.toThrow("nobody there");
    await expect(backend.set("k", Buffer.from("short"), null)).rejects.toThrow("nobody there");
    isDown = false;
    await backend.set("k", long, null);
    expect(isSame(await backend.get("k"), long)).toBe(true);
  });
});

function isSame(one: unknown, other: unknown): boolean {
  return typeof one === "number" ? one === other : Buffer.from(one as Uint8Array).equals(other as Uint8Array);
}
