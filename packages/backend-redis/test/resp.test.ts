import { describe, expect, it } from "vitest";
import { encodeCommand, encodeSets } from "../src/resp.js";

const HOUR_MS = 3_600_000;

describe("encodeCommand", () => {
  it("tells the bytes of each text, not its characters", () => {
    expect(encodeCommand(["get", "küche", ""])).toBe("*3\r\n$3\r\nget\r\n$6\r\nküche\r\n$0\r\n\r\n");
  });

  it("tells the length of texts of any length", () => {
    for (const length of [9, 10, 255, 256, 70_000]) {
      const key = "k".repeat(length);
      expect(encodeCommand(["get", key])).toBe(`*2\r\n$3\r\nget\r\n$${length}\r\n${key}\r\n`);
    }
  });
});

describe("encodeSets", () => {
  const bytes = Buffer.from([0xff, 0x0d, 0x0a, 0x00]);
  const set = (key: string, value: Buffer | string, ttlMs: number | null) => {
    const expiry = ttlMs === null ? "" : `$2\r\nPX\r\n$${String(ttlMs).length}\r\n${ttlMs}\r\n`;
    const head = `*${ttlMs === null ? 3 : 5}\r\n$3\r\nset\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n$${value.length}\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(value), Buffer.from(`\r\n${expiry}`)]);
  };

  it("puts each value into its command as it is", () => {
    const entries = [
      { key: "a", payload: bytes, ttlMs: HOUR_MS },
      { key: "b", payload: Buffer.alloc(0), ttlMs: HOUR_MS },
      { key: "c", payload: Buffer.alloc(1_000, 1), ttlMs: HOUR_MS },
      { key: "d", payload: new Uint8Array([1, 2]), ttlMs: HOUR_MS },
    ];
    expect(encodeSets(entries)).toEqual(
      Buffer.concat(entries.map(({ key, payload }) => set(key, Buffer.from(payload), HOUR_MS))),
    );
  });

  it("writes integers as digits", () => {
    const encoded = encodeSets([{ key: "n", payload: -12, ttlMs: null }]);
    expect(encoded).toEqual(set("n", "-12", null));
  });

  it("gives each entry its own time to live", () => {
    const entries = [HOUR_MS, null, 5, 5, HOUR_MS].map((ttlMs, at) => ({
      key: `k${at}`,
      payload: bytes,
      ttlMs,
    }));
    expect(encodeSets(entries)).toEqual(
      Buffer.concat(entries.map(({ key, ttlMs }) => set(key, bytes, ttlMs))),
    );
  });

  it("tells the bytes of each key, not its characters", () => {
    const entries = ["a", "küche", "日本", "b"].map((key) => ({ key, payload: bytes, ttlMs: HOUR_MS }));
    expect(encodeSets(entries)).toEqual(Buffer.concat(entries.map(({ key }) => set(key, bytes, HOUR_MS))));
  });
});
