import { once } from "node:events";
import { createCache, redact } from "@cullet/core";
import type { Arguments } from "./arguments.js";
import { Atlas, popularQuestions } from "./atlas.js";
import { formatWhole } from "./format.js";
import { JobRunner } from "./job-runner.js";
import { listen } from "./listen.js";
import { createSiteServer } from "./site/server.js";
import { countries } from "./towns.js";
import { Client } from "./traffic/client.js";
import { driveRepeated, driveStampede, driveVisits } from "./traffic/drive.js";
import { reportRepeated, reportStampede, reportVisits } from "./traffic/report.js";
import { reportWalk } from "./traffic/report-walk.js";
import { walkSite } from "./traffic/walk.js";
import { createAtlasServer } from "./web/server.js";

/** What an interrupted program ends with, by the custom of shells. */
const INTERRUPTED = 130;

/** Where the two servers of the demo are. */
interface Addresses {
  readonly atlas: string;
  readonly site: string;
}

/**
 * Serves the atlas and the site, drives them with traffic and prints what came of it; ends with the traffic, or on `signal`
 * where the servers are to stay up.
 *
 * @throws CulletError where there is no such cache.
 */
export async function runDemo({ cache: uri, serve, port }: Arguments, signal: AbortSignal): Promise<void> {
  await using cache = createCache(uri, { strict: true });
  await cache.ready();
  await using jobs = await JobRunner.start();
  const atlas = new Atlas(cache.withPrefix("demo"), jobs);
  await introduce(uri, atlas);
  await using atlasServer = await listen(createAtlasServer(atlas), port);
  const sitePort = port === 0 ? 0 : port + 1;
  await using siteServer = await listen(createSiteServer(cache.withPrefix("site")), sitePort);
  await visit({ atlas: atlasServer.address, site: siteServer.address }, serve, signal);
}

async function introduce(uri: string, atlas: Atlas): Promise<void> {
  const towns = [...countries.values()].reduce((sum, country) => sum + country.towns.length, 0);
  const { length: kept } = await atlas.kept();
  const start = kept === 0 ? "Cold" : "Warm";
  console.log(`${formatWhole(towns)} towns of ${countries.size} countries, from GeoNames`);
  console.log(`Cache: ${redact(uri)}`);
  console.log(`${start} start: the cache holds ${kept} of the ${popularQuestions.length} popular answers`);
}

async function visit({ atlas, site }: Addresses, serve: boolean, signal: AbortSignal): Promise<void> {
  const served = `${atlas} (atlas) and ${site} (site)`;
  console.log(`Serving ${served}\n`);
  try {
    const client = new Client(atlas, signal);
    console.log(`${reportRepeated(await driveRepeated(client))}\n`);
    console.log(`${reportStampede(await driveStampede(client))}\n`);
    console.log(`${reportVisits(await driveVisits(client))}\n`);
    console.log(reportWalk(await walkSite(site, signal)));
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = INTERRUPTED;
    return;
  }
  if (!serve) return;
  console.log(`\nStill serving ${served} (Ctrl-C ends it)`);
  if (!signal.aborted) await once(signal, "abort");
}
