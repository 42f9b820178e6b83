import type { Engine, Loaded } from "./engine.js";
import type { KeySpace } from "./key.js";

/** A stored key of a loaded backend. */
export interface Place {
  readonly engine: Engine;
  readonly loaded: Loaded;
  readonly stored: string;
  /** What makes the key under which a change of the entry is leased, or the making of its value. */
  readonly keys: KeySpace;
}
