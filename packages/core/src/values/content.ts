import { Buffer } from "node:buffer";
import { isThenable } from "../awaitable.js";
import { type Binary, binaryCode, bytesOf, isBinary, makeBinary } from "./binary.js";
import { type Body, bytesBody, Kind } from "./envelope.js";
import { jsonText } from "./json-text.js";
import { parseJson } from "./parse-json.js";
import { plainText } from "./plain.js";
import { refused } from "./refused.js";
import { readRich } from "./rich-reader.js";
import { writeRich } from "./rich-writer.js";
import type { Serializer } from "./serializer.js";
import { UNDECODABLE } from "./undecodable.js";

/** What one serializer puts into envelopes, and finds in them. */
export interface Content {
  /** @throws SerializationError with the path to what cannot be kept. */
  write(value: unknown): Body;
  /**
   * Returns the value in the body that `bytes` have between two places: a fresh one, or `UNDECODABLE`, or throws where there
   * is none, the same to whoever asked.
   */
  read(kind: number, bytes: Buffer, from: number, to: number): unknown;
}

/** Keeps every value that is data. */
export const structuredContent: Content = {
  write(value) {
    if (typeof value === "string") return textBody(value);
    const plain = plainText(value);
    if (plain !== undefined) return jsonBody(plain);
    const code = isBinary(value) ? binaryCode(value) : undefined;
    return isBinary(value) && code !== undefined ? binaryBody(code, readBytes(value)) : richBody(value);
  },

  read(kind, bytes, from, to) {
    switch (kind) {
      case Kind.asciiText:
        return bytes.toString("latin1", from, to);
      case Kind.utf8Text:
        return bytes.toString("utf8", from, to);
      case Kind.utf16Text:
        return bytes.toString("utf16le", from, to);
      case Kind.binary:
        return readBinary(bytes.subarray(from, to));
      case Kind.rich:
        return readTagged(bytes.subarray(from, to));
      default:
        return readJson(kind, bytes, from, to);
    }
  },
};

/** Keeps what JSON keeps, with its losses. */
export const jsonContent: Content = {
  write: (value) => jsonBody(jsonText(value)),
  read: readJson,
};

/** Keeps what the user's own serializer does. */
export function customContent(serializer: Serializer): Content {
  return {
    write(value) {
      const bytes = serialize(serializer, value);
      return bytesBody(Kind.custom, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    },

    read(kind, bytes, from, to) {
      if (kind !== Kind.custom) return UNDECODABLE;
      // A copy outside Node's pool, since a serializer may make its values views of what it reads.
      const value = serializer.deserialize(Buffer.from(new Uint8Array(bytes.subarray(from, to)).buffer));
      // Whoever asks would wait for a promise, and take what comes of it for the value.
      return value === undefined || isThenable(value) ? UNDECODABLE : value;
    },
  };
}

function serialize(serializer: Serializer, value: unknown): Uint8Array | string {
  let bytes: unknown;
  try {
    bytes = serializer.serialize(value);
  } catch (error) {
    throw refused("value", "was refused by the serializer", error);
  }
  if (typeof bytes === "string" || bytes instanceof Uint8Array) return bytes;
  throw refused("value", "was serialized to neither bytes nor text");
}

function readBytes(value: Binary): Uint8Array {
  try {
    return bytesOf(value);
  } catch (error) {
    // Its memory was transferred to another thread.
    throw refused("value", "cannot be read or written", error);
  }
}

function textBody(text: string): Body {
  const { length } = text;
  const utf8Length = Buffer.byteLength(text);
  if (utf8Length === length) {
    return { kind: Kind.asciiText, length, fill: (target, at) => target.write(text, at, "latin1") };
  }
  if (text.isWellFormed()) {
    return { kind: Kind.utf8Text, length: utf8Length, fill: (target, at) => target.write(text, at, "utf8") };
  }
  return {
    kind: Kind.utf16Text,
    length: 2 * length,
    fill: (target, at) => target.write(text, at, "utf16le"),
  };
}

// JSON is always well-formed: it escapes what is not.
function jsonBody(text: string): Body {
  const body = textBody(text);
  return { ...body, kind: body.kind === Kind.asciiText ? Kind.asciiJson : Kind.utf8Json };
}

function binaryBody(code: number, bytes: Uint8Array): Body {
  return {
    kind: Kind.binary,
    length: 1 + bytes.length,
    fill(target, at) {
      target[at] = code;
      target.set(bytes, at + 1);
    },
  };
}

function richBody(value: unknown): Body {
  const { text, chunks } = writeRich(value);
  const textLength = Buffer.byteLength(text);
  return {
    kind: Kind.rich,
    length: chunks.reduce((length, chunk) => length + chunk.length, 4 + textLength),
    fill(target, at) {
      target.writeUInt32LE(textLength, at);
      let chunkAt = at + 4 + target.write(text, at + 4, "utf8");
      for (const chunk of chunks) {
        target.set(chunk, chunkAt);
        chunkAt += chunk.length;
      }
    },
  };
}

function readBinary(body: Buffer): unknown {
  return makeBinary(body.readUInt8(0), body.subarray(1));
}

function readTagged(body: Buffer): unknown {
  const textEnd = 4 + body.readUInt32LE(0);
  return readRich(body.toString("utf8", 4, textEnd), body.subarray(textEnd));
}

function readJson(kind: number, bytes: Buffer, from: number, to: number): unknown {
  if (kind !== Kind.asciiJson && kind !== Kind.utf8Json) return UNDECODABLE;
  return parseJson(bytes.toString(kind === Kind.asciiJson ? "latin1" : "utf8", from, to));
}
