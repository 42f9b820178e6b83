// What the tests run in processes of their own: `node child.js <location> <what> …`, on the built package.
import { file } from "@cullet/backend-file";

const [location, what, ...args] = process.argv.slice(2);

const NOBODY = 65_534;

const programs = {
  /** Counts up, and says what each step gave. */
  async incr(key, times) {
    const backend = file({ location });
    const sums = [];
    for (let i = 0; i < Number(times); i++) sums.push(await backend.incr(key, 1));
    await backend.close();
    return sums;
  },

  /** Adds one key many times at once, and says how often that worked. */
  async add(key, times) {
    const backend = file({ location });
    const added = await Promise.all(
      Array.from({ length: Number(times) }, (_, i) => backend.add(key, i, null)),
    );
    await backend.close();
    return added.filter(Boolean).length;
  },

  /** Takes a lock with `add` and gives it back with `delete`, and says how often somebody else was inside. */
  async exclude(key, times) {
    const backend = file({ location });
    let conflicts = 0;
    for (let i = 0; i < Number(times); i++) {
      // Every other lock is left to expire, so that the next process finds it dead.
      const isLeft = i % 2 === 0;
      if (!(await backend.add(key, process.pid, isLeft ? 1 : 60_000)) || isLeft) continue;
      if ((await backend.get(key)) !== process.pid) conflicts++;
      await backend.delete(key);
    }
    await backend.close();
    return conflicts;
  },

  /** Writes payloads that each consist of one byte, repeated, of lengths that differ. */
  async write(key, forMs) {
    const backend = file({ location });
    const until = Date.now() + Number(forMs);
    let writes = 0;
    while (Date.now() < until) {
      const byte = writes++ % 251;
      await backend.set(key, new Uint8Array(1 + ((byte * 8191) % 200_000)).fill(byte), null);
      if (writes % 7 === 0) await backend.touch(key, 60_000);
    }
    await backend.close();
    return writes;
  },

  /** Writes all sorts of things until it is killed. */
  async churn() {
    const backend = file({ location, options: { maxEntries: 40 } });
    process.stdout.write("ready\n");
    for (let i = 0; ; i++) {
      const key = `key ${i % 60}`;
      await backend.set(key, new Uint8Array(i % 9 === 0 ? 1_200_000 : 1000).fill(i % 251), null);
      await backend.set("counter", 1, null);
      await backend.incr("counter", 1);
      await backend.touch(key, 1);
      await backend.add(`added ${i % 60}`, i, 1);
      await backend.delete(`key ${(i + 30) % 60}`);
    }
  },

  /** Takes the lock of a key, and keeps it. */
  async hold(key) {
    const { Lock } = await import("../../dist/lock.js");
    const { nameOf } = await import("../../dist/names.js");
    const lock = Lock.tryTake(`${location}/${nameOf(key)}.lock`);
    lock.sign();
    process.stdout.write("ready\n");
    setInterval(() => {}, 1000);
  },

  /** Stores and reads one key, and says what came of it. */
  async set(key, bytes, umask) {
    if (umask !== undefined) process.umask(Number.parseInt(umask, 8));
    const backend = file({ location });
    await backend.set(key, new Uint8Array(Number(bytes)), null);
    const payload = await backend.get(key);
    await backend.set("n", 1, null);
    const sum = await backend.incr("n", 1);
    await backend.close();
    return [payload?.length, sum];
  },

  /** Stores a short entry, then fills what room there is, and says what the error and the cache say then. */
  async fill(bytes) {
    const backend = file({ location });
    await backend.set("old", new Uint8Array(100).fill(1), null);
    await backend.set("n", 1, null);
    let error;
    for (let i = 0; error === undefined && i < 2000; i++) {
      error = await attempt(() => backend.set(`filling ${i}`, new Uint8Array(Number(bytes)), null));
    }
    const again = await attempt(() => backend.set("old", new Uint8Array(8_000_000).fill(2), null));
    const { readdirSync } = await import("node:fs");
    const leftovers = readdirSync(location).filter((name) => /\.(tmp|lock)$/.test(name));
    const old = await backend.get("old");
    let sum;
    let touched;
    // Without an inode for the lock, an entry can be read and deleted, but not changed.
    const change = await attempt(async () => {
      sum = await backend.incr("n", 1);
      touched = await backend.touch("old", 60_000);
    });
    const deleted = await backend.delete("filling 0");
    await backend.close();
    return {
      error: describe(error),
      change: describe(change),
      again: describe(again),
      old: [old?.length, old?.[0]],
      sum,
      touched,
      deleted,
      leftovers,
    };
  },

  /** Tries every operation without the rights of root, and says what error each gave. */
  async all() {
    // Only now: somebody without rights could not even load node, or this file, from where they may be.
    if (process.getuid() === 0) {
      process.setgid(NOBODY);
      process.setuid(NOBODY);
    }
    const backend = file({ location });
    const tries = {
      connect: () => backend.connect(),
      get: () => backend.get("a"),
      set: () => backend.set("a", 1, null),
      add: () => backend.add("b", 1, null),
      incr: () => backend.incr("a", 1),
      delete: () => backend.delete("a"),
      clear: () => backend.clear(""),
    };
    const said = {};
    for (const [name, work] of Object.entries(tries)) said[name] = describe(await attempt(work));
    await backend.close();
    return said;
  },

  /** Uses up all file descriptors, and says what the cache says then, and when they are free again. */
  async descriptors() {
    const { closeSync, openSync } = await import("node:fs");
    const backend = file({ location });
    await backend.set("a", 1, null);
    const open = [];
    const full = await attempt(() => {
      for (;;) open.push(openSync("/dev/null", "r"));
    });
    const errors = [];
    for (const work of [
      () => backend.get("a"),
      () => backend.set("b", 1, null),
      () => backend.incr("a", 1),
    ]) {
      errors.push(describe(await attempt(work)));
    }
    for (const fd of open) closeSync(fd);
    await backend.set("b", 2, null);
    const healed = [await backend.get("a"), await backend.get("b"), await backend.incr("a", 1)];
    const calls = await Promise.all(Array.from({ length: 1000 }, (_, i) => backend.set(`k${i}`, i, null)));
    await backend.close();
    return { full: full.code, errors, healed, calls: calls.length };
  },
};

async function attempt(work) {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function describe(error) {
  return error && { name: error.name, code: error.code, message: error.message, cause: error.cause?.code };
}

process.stdout.write(`${JSON.stringify((await programs[what](...args)) ?? null)}\n`);
