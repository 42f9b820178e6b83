import { types } from "node:util";
import { isBuiltin, type StandardClass } from "./builtin.js";

// A type's place here is its code in what is stored, and stays.
const NAMES = [
  "Buffer",
  "Uint8Array",
  "ArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
] as const;

/** A block of memory, or a view of one. */
export type Binary = ArrayBuffer | ArrayBufferView;

type BinaryClass = StandardClass & (new (memory: ArrayBuffer) => Binary);

/** Whether `value` is memory that nobody else can write to, or a view of memory, of any realm. */
export function isBinary(value: unknown): value is Binary {
  return ArrayBuffer.isView(value) || types.isArrayBuffer(value);
}

/** Whether `value` is memory whose length may change. Views of such memory are as good as any. */
export function isResizable(value: Binary): boolean {
  return "resizable" in value && value.resizable;
}

/** Returns the code of the type of `value`; `undefined` for a subclass, and for memory that can be resized. */
export function binaryCode(value: Binary): number | undefined {
  if (isResizable(value)) return undefined;
  const name = brandOf(value);
  if (name === "Uint8Array" && Object.getPrototypeOf(value) === Buffer.prototype)
    return NAMES.indexOf("Buffer");
  const standard = classOf(name);
  const levels = name === "ArrayBuffer" || name === "DataView" ? 2 : 3;
  if (standard === undefined || !isBuiltin(value, standard, levels)) return undefined;
  const code = NAMES.indexOf(name as (typeof NAMES)[number]);
  return code === -1 ? undefined : code;
}

/** Returns the memory that `value` is or shows, not a copy of it. */
export function bytesOf(value: Binary): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

/**
 * Returns a new object of the type of `code` over a copy of `bytes`.
 *
 * @throws TypeError or RangeError where this Node has no such type, or the type no such length.
 */
export function makeBinary(code: number, bytes: Uint8Array): Binary {
  const name = NAMES[code];
  if (name === "Buffer") return Buffer.from(bytes);
  // Not bytes.slice(), which for a Buffer is no copy.
  const memory = new Uint8Array(bytes).buffer;
  if (name === "ArrayBuffer") return memory;
  const View = name && classOf(name);
  if (!View) throw new TypeError(`this Node has no binary type of code ${code}`);
  return new View(memory);
}

function brandOf(value: Binary): string {
  if (types.isArrayBuffer(value)) return "ArrayBuffer";
  return types.isDataView(value) ? "DataView" : (value as NodeJS.TypedArray)[Symbol.toStringTag];
}

function classOf(name: string): BinaryClass | undefined {
  return Reflect.get(globalThis, name);
}
