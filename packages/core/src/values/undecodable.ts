/** Stands for a payload that cannot be decoded: damaged, foreign, of another version or of another key. */
export const UNDECODABLE: unique symbol = Symbol("undecodable");
