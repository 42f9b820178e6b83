// What the tests run in processes of their own: `node child.js <location> <what> …`, on the built package.
import { db } from "@cullet/backend-db";
import Database from "better-sqlite3";

const [location, what, ...args] = process.argv.slice(2);

const programs = {
  /** Holds the write lock of a file of SQLite, and says when it has it. */
  async hold(forMs) {
    const client = new Database(location);
    client.exec("BEGIN IMMEDIATE");
    process.stdout.write("ready\n");
    await new Promise((resolve) => setTimeout(resolve, Number(forMs)));
    client.exec("COMMIT");
    client.close();
  },

  /** Uses a cache for the first time. */
  async first(key) {
    const backend = db({ location });
    await backend.set(key, process.pid, null);
    const found = await backend.get(key);
    await backend.close();
    if (found !== process.pid) throw new Error(`found ${found} in the place of ${process.pid}`);
  },

  /** Writes until it is killed. */
  async churn() {
    const backend = db({ location, options: { maxEntries: 50 } });
    process.stdout.write("ready\n");
    for (let n = 0; ; n += 1) {
      await Promise.all([
        backend.set(`key ${n % 80}`, new Uint8Array(5_000).fill(n % 251), 60_000),
        backend.add(`added ${n % 80}`, n, 60_000),
        backend.delete(`key ${(n + 30) % 80}`),
      ]);
    }
  },
};

await programs[what](...args);
