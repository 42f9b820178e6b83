import { expect, it } from "vitest";
import { encodeCommand } from "../src/resp.js";

it("tells the bytes of each text, not its characters", () => {
  expect(encodeCommand(["get", "küche", ""])).toBe("*3\r\n$3\r\nget\r\n$6\r\nküche\r\n$0\r\n\r\n");
});

it("puts the bytes of a piece behind the texts as they are", () => {
  const bytes = Buffer.from([0xff, 0x0d, 0x0a, 0x00]);
  const piece = { length: bytes.length, write: (target: Buffer, at: number) => target.set(bytes, at) };
  const encoded = encodeCommand(["set", "ü"], piece);
  const head = Buffer.from("*3\r\n$3\r\nset\r\n$2\r\nü\r\n$4\r\n");
  expect(encoded).toEqual(Buffer.concat([head, bytes, Buffer.from("\r\n")]));
});

it("takes a piece without bytes", () => {
  const encoded = encodeCommand(["set", "k"], { length: 0, write: () => {} });
  expect(encoded.toString()).toBe("*3\r\n$3\r\nset\r\n$1\r\nk\r\n$0\r\n\r\n");
});
