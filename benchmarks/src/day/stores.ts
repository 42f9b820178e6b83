import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "@cullet/test-servers";

/** A store that all workers share. */
export interface Store extends AsyncDisposable {
  readonly uri: string;
}

/** The stores that a day can be lived over, by name. Each is new and empty. */
export const stores: Readonly<Record<string, () => Promise<Store>>> = {
  redis: async () => {
    const server = await startRedis({ own: true });
    return { uri: server.url, [Symbol.asyncDispose]: () => server.stop() };
  },
  file: async () => {
    const path = mkdtempSync(join(tmpdir(), "cullet-day-"));
    return {
      uri: `file://${path}`,
      [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
    };
  },
};
