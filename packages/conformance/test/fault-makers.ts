import type { CullOptions, Payload } from "@cullet/core";
import { ReferenceBackend } from "./reference-backend.js";

/** Makes a backend that stores every key under another name: one that mistakes keys for each other. */
export function renaming(rename: (key: string) => string) {
  return class extends ReferenceBackend {
    constructor(options?: CullOptions) {
      super(options);
      const { entries } = this;
      const renamed = {
        get: (key: string) => Map.prototype.get.call(entries, rename(key)),
        has: (key: string) => Map.prototype.has.call(entries, rename(key)),
        set: (key: string, entry: unknown) => Map.prototype.set.call(entries, rename(key), entry),
        delete: (key: string) => Map.prototype.delete.call(entries, rename(key)),
      };
      Object.assign(entries, renamed);
    }
  };
}

/** Makes a backend that stores other bytes than it was given. */
export function recoding(recode: (bytes: Buffer) => Uint8Array) {
  return class extends ReferenceBackend {
    override put(key: string, payload: Payload, expiresAt: number): void {
      super.put(key, typeof payload === "number" ? payload : recode(Buffer.from(payload)), expiresAt);
    }
  };
}

/** Makes a backend that keeps entries for another time than it was told. */
export function retiming(retime: (ttlMs: number) => number) {
  return class extends ReferenceBackend {
    override put(key: string, payload: Payload, expiresAt: number): void {
      const now = Date.now();
      super.put(key, payload, now + retime(expiresAt - now));
    }
  };
}
