import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { file } from "@cullet/backend-file";
import { locmem } from "@cullet/backend-locmem";
import { type CacheSettings, createCache } from "@cullet/core";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "cullet-peers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes caches over the backends that need no server; those of one store share it. */
export const backends = [
  { name: "locmem", open: opener((store) => ({ backend: locmem, location: store })) },
  { name: "file", open: opener((store) => ({ backend: file, location: join(folder, store) })) },
];

function opener(configure: (store: string) => Parameters<typeof createCache>[0] & object) {
  return (store: string = randomUUID(), settings: CacheSettings = {}) =>
    createCache({ ...configure(store), ...settings } as Parameters<typeof createCache>[0]);
}
