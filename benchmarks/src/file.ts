import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { file } from "@cullet/backend-file";
import { type Cache, createCache } from "@cullet/core";
import { BentoCache, bentostore } from "bentocache";
import { fileDriver } from "bentocache/drivers/file";
import { oneAtATime } from "./candidates.js";
import { duration, measure, report } from "./measure.js";
import { keysOf, kilobyteObject } from "./values.js";

const KEYS = 200;
const SIZES = [300, 10_000, 100_000];
const SETS = 2_000;
const keys = keysOf(KEYS);
const text = JSON.stringify(kilobyteObject);

/** Measures the backend in files beside bare calls of the file system, and another cache in files. */
export async function benchFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cullet-bench-"));
  try {
    await operations(folder);
    await byEntries(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function operations(folder: string): Promise<void> {
  const bare = (key: string) => join(folder, `bare-${key.replaceAll(":", "-")}`);
  const writeBare = (key: string) => {
    const temporary = join(folder, `tmp-${randomBytes(6).toString("hex")}`);
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, bare(key));
  };
  const cache = openCache(join(folder, "cullet"), 100_000);
  const bento = new BentoCache({
    default: "file",
    stores: { file: bentostore().useL2Layer(fileDriver({ directory: join(folder, "bento") })) },
  });
  for (const key of keys) {
    writeBare(key);
    await cache.set(key, text, 3_600);
    await bento.set({ key, value: text, ttl: "1h" });
  }
  report(
    "files: get of 1 KB",
    await measure({
      "bare readFileSync": oneAtATime((key) => readFileSync(bare(key), "utf8"), keys),
      cullet: oneAtATime((key) => cache.get(key), keys),
      "bentocache file": oneAtATime((key) => bento.get({ key }), keys),
    }),
  );
  report(
    "files: set of 1 KB over an old value",
    await measure({
      "bare write and rename, synchronous": oneAtATime(writeBare, keys),
      cullet: oneAtATime((key) => cache.set(key, text, 3_600), keys),
      "bentocache file": oneAtATime((key) => bento.set({ key, value: text, ttl: "1h" }), keys),
    }),
  );
  await bento.disconnectAll();
  await cache.close();
}

async function byEntries(folder: string): Promise<void> {
  console.log("\n### files: set of 1 KB by the number of entries\n");
  console.log(
    "| entries | over an old value | to the first | of a new key | to the first |\n|---:|---:|---:|---:|---:|",
  );
  let first: { over: number; fresh: number } | undefined;
  for (const size of SIZES) {
    const cache = openCache(join(folder, `of-${size}`), size * 10);
    for (let n = 0; n < size; n += 1) await cache.set(`key:${n}`, text, 3_600);
    const over = await timed((n) => cache.set(`key:${(n * 7) % size}`, text, 3_600));
    const fresh = await timed((n) => cache.set(`new:${n}`, text, 3_600));
    first ??= { over, fresh };
    const ratios = [(over / first.over).toFixed(2), (fresh / first.fresh).toFixed(2)];
    console.log(
      `| ${size.toLocaleString("en")} | ${duration(over)} | ${ratios[0]} | ${duration(fresh)} | ${ratios[1]} |`,
    );
    await cache.close();
  }
}

/** The mean of many, in nanoseconds: what comes at times, as a cull does, is in it. */
async function timed(operation: (n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < SETS; n += 1) await operation(n);
  return ((performance.now() - start) * 1e6) / SETS;
}

function openCache(location: string, maxEntries: number): Cache {
  return createCache({ backend: file, location, options: { maxEntries } });
}
