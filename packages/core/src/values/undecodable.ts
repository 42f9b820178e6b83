/** Stands for a payload that cannot be decoded: damaged, foreign, of another version or of another key. */
export const UNDECODABLE: unique symbol = Symbol("undecodable");

/**
 * What a backend returns for an entry that it found to be damaged itself: no value is stored as this, so that it is a
 * miss, and counted as one that cannot be decoded.
 */
export const DAMAGED_PAYLOAD: Uint8Array = new Uint8Array(0);
