/** How values become bytes and come back, for those who bring their own. */
export interface Serializer {
  /** Returns the bytes, or the text, that stand for `value`. Throws where it cannot. */
  serialize(value: unknown): Uint8Array | string;
  /** Returns the value that `bytes` stand for. Throws where there is none: the entry is then a miss. */
  deserialize(bytes: Uint8Array): unknown;
}
