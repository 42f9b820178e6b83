import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createCache, redact } from "@cullet/core";
import type { Arguments } from "./arguments.js";
import { Atlas, popularQuestions } from "./atlas.js";
import { formatWhole } from "./format.js";
import { JobRunner } from "./job-runner.js";
import { countries } from "./towns.js";
import { Client } from "./traffic/client.js";
import { driveRepeated, driveStampede, driveVisits } from "./traffic/drive.js";
import { reportRepeated, reportStampede, reportVisits } from "./traffic/report.js";
import { createAtlasServer } from "./web/server.js";

/** What an interrupted program ends with, by the custom of shells. */
const INTERRUPTED = 130;

/**
 * Serves the atlas, drives it with traffic and prints what came of it; ends with the traffic, or on `signal` where the
 * server is to stay up.
 *
 * @throws CulletError where there is no such cache.
 */
export async function runDemo({ cache: uri, serve, port }: Arguments, signal: AbortSignal): Promise<void> {
  await using cache = createCache(uri, { strict: true });
  await cache.ready();
  await using jobs = await JobRunner.start();
  const atlas = new Atlas(cache.withPrefix("demo"), jobs);
  await introduce(uri, atlas);
  const server = createAtlasServer(atlas).listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    await visit(addressOf(server), serve, signal);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function introduce(uri: string, atlas: Atlas): Promise<void> {
  const towns = [...countries.values()].reduce((sum, country) => sum + country.towns.length, 0);
  const { length: kept } = await atlas.kept();
  const start = kept === 0 ? "Cold" : "Warm";
  console.log(`${formatWhole(towns)} towns of ${countries.size} countries, from GeoNames`);
  console.log(`Cache: ${redact(uri)}`);
  console.log(`${start} start: the cache holds ${kept} of the ${popularQuestions.length} popular answers`);
}

async function visit(address: string, serve: boolean, signal: AbortSignal): Promise<void> {
  console.log(`Serving ${address}\n`);
  try {
    const client = new Client(address, signal);
    console.log(`${reportRepeated(await driveRepeated(client))}\n`);
    console.log(`${reportStampede(await driveStampede(client))}\n`);
    console.log(reportVisits(await driveVisits(client)));
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = INTERRUPTED;
    return;
  }
  if (!serve) return;
  console.log(`\nStill serving ${address} (Ctrl-C ends it)`);
  if (!signal.aborted) await once(signal, "abort");
}

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}/`;
}
