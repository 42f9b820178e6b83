import { arch, cpus, platform } from "node:os";
import { benchCodec } from "./codec.js";
import { benchDay } from "./day/day.js";
import { benchDb } from "./db.js";
import { benchFile } from "./file.js";
import { benchFootprint } from "./footprint.js";
import { benchHttp } from "./http.js";
import { benchLocMem } from "./locmem.js";
import { benchMemcached } from "./memcached.js";
import { benchRedis } from "./redis.js";
import { benchScale } from "./scale.js";
import { benchTiered } from "./tiered.js";
import { benchWatch } from "./watch.js";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  footprint: benchFootprint,
  codec: benchCodec,
  locmem: benchLocMem,
  scale: benchScale,
  file: benchFile,
  db: benchDb,
  memcached: benchMemcached,
  redis: benchRedis,
  tiered: benchTiered,
  watch: benchWatch,
  day: benchDay,
  http: benchHttp,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
console.log(`Node ${process.versions.node} on ${platform()} ${arch()}, ${cpus().length} cores`);
for (const name of wanted) {
  const bench = benches[name];
  if (bench === undefined) {
    console.error(`no benchmark is named ${name}; there are ${Object.keys(benches).join(", ")}`);
    process.exit(1);
  }
  await bench();
}
process.exit(0);
