import { prepareServers } from "../src/index.js";
import { waysToTest } from "./ways.js";

/** Installs the programs, and gets the images, outside the time limits of single tests. */
export default async function setup(): Promise<void> {
  const forced = process.env.CULLET_TEST_SERVERS;
  const ways = await waysToTest();
  for (const way of ways) {
    process.env.CULLET_TEST_SERVERS = way;
    await prepareServers("redis", "memcached", "postgres", "mariadb");
  }
  if (forced === undefined) delete process.env.CULLET_TEST_SERVERS;
  if (!forced && !ways.includes("containers"))
    console.warn("No Docker engine answers: containers are not tested");
}
