/** Turns values into what one backend keeps, and back. */
export interface Codec<P> {
  /** Whether text is its own payload, so that whoever reads it can do without `decode`. */
  readonly keepsText: boolean;
  /**
   * Returns what stands for `value`, which no later change of the value reaches.
   *
   * @throws SerializationError with the path to what cannot be kept.
   */
  encode(key: string, value: unknown, ttlMs: number | null): P;
  /**
   * Returns a fresh value, whatever the payload's note says; `undefined` where the expiry written into the payload is
   * past; `UNDECODABLE`. Never throws, whatever the payload.
   */
  decode(key: string, payload: P): unknown;
}
