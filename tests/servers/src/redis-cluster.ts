import { freePort } from "./free-port.js";
import { givenUrl } from "./given-server.js";
import { HOST } from "./launch.js";
import { givenRedis, type RedisServer, startOwnRedis } from "./redis.js";
import { isInStep } from "./redis-pair.js";
import { type OwnOption, orStop, startAll, stopsAll } from "./server.js";
import { waitUntil } from "./wait.js";

const PRIMARIES = 3;
const REPLICAS = 3;
const SLOTS = 16_384;
const FORM_MS = 30_000;

export interface RedisCluster extends AsyncDisposable {
  /** `redis+cluster://a;b;…` */
  readonly url: string;
  /** Every node: of a cluster started here the three primaries first, then their replicas in the same order. */
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Gives a Redis Cluster of three primaries with a replica each, or that of `CULLET_TEST_REDIS_CLUSTER_URL`. */
export async function startRedisCluster({ own }: OwnOption = {}): Promise<RedisCluster> {
  const given = own ? undefined : givenUrl("REDIS_CLUSTER", 6379);
  if (given) {
    const nodes = await Promise.all(given.servers.map((address) => givenRedis(given, address)));
    return { url: given.url, nodes, ...stopsAll(nodes) };
  }
  const nodes = await startAll(Array.from({ length: PRIMARIES + REPLICAS }, startNode));
  await orStop(nodes, () => form(nodes));
  const url = `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(";")}`;
  return { url, nodes, ...stopsAll(nodes) };
}

async function startNode(): Promise<RedisServer> {
  const busPort = `${await freePort()}`;
  const args = ["--cluster-enabled", "yes", "--cluster-port", busPort, "--cluster-announce-ip", HOST];
  // The others go on when one is down, and do not wait for its replica to take over.
  const faults = ["--cluster-node-timeout", "1500", "--cluster-require-full-coverage", "no"];
  return startOwnRedis({ args: [...args, ...faults] });
}

async function form(nodes: readonly RedisServer[]): Promise<void> {
  const primaries = nodes.slice(0, PRIMARIES);
  const replicas = nodes.slice(PRIMARIES);
  await Promise.all(primaries.map(takeSlots));
  await introduce(nodes);
  const ids = await Promise.all(primaries.map((primary) => primary.command("CLUSTER", "MYID")));
  await Promise.all(replicas.map((replica, i) => replica.command("CLUSTER", "REPLICATE", `${ids[i]}`)));
  await waitUntil("every replica follows", async () => holdsForAll(replicas, isFollowing), {
    timeout: FORM_MS,
  });
  await waitUntil("every node says ok", async () => holdsForAll(nodes, isWhole), { timeout: FORM_MS });
}

async function takeSlots(primary: RedisServer, index: number): Promise<void> {
  const first = Math.ceil((index * SLOTS) / PRIMARIES);
  const last = Math.ceil(((index + 1) * SLOTS) / PRIMARIES) - 1;
  await primary.command("CLUSTER", "ADDSLOTSRANGE", `${first}`, `${last}`);
  // Equal epochs would have to be settled between the primaries, which takes seconds.
  await primary.command("CLUSTER", "SET-CONFIG-EPOCH", `${index + 1}`);
}

/** Makes the first node know every other, and waits until the word is everywhere. */
async function introduce([first, ...others]: readonly RedisServer[]): Promise<void> {
  for (const { command, host, port } of others) {
    const busPort = await busPortOf(command);
    await first?.command("CLUSTER", "MEET", host, `${port}`, busPort);
  }
  const all = [...(first ? [first] : []), ...others];
  const knowsAll = async ({ command }: RedisServer) => (await linesOfNodes(command)).length === all.length;
  await waitUntil("every node knows all", async () => holdsForAll(all, knowsAll), { timeout: FORM_MS });
}

async function busPortOf(command: RedisServer["command"]): Promise<string> {
  const reply = await command("CONFIG", "GET", "cluster-port");
  return Array.isArray(reply) ? `${reply[1]}` : "";
}

async function isFollowing({ command }: RedisServer): Promise<boolean> {
  return isInStep(command);
}

/** Whether a node sees all slots served and each primary with a replica. */
async function isWhole({ command }: RedisServer): Promise<boolean> {
  const info = `${await command("CLUSTER", "INFO")}`;
  const lines = await linesOfNodes(command);
  const replicas = lines.filter((line) => line.includes("slave"));
  const isServing = info.includes("cluster_state:ok") && info.includes(`cluster_slots_ok:${SLOTS}`);
  return isServing && replicas.length === REPLICAS && !lines.some(isFailing);
}

async function linesOfNodes(command: RedisServer["command"]): Promise<string[]> {
  const lines = `${await command("CLUSTER", "NODES")}`.trim().split("\n");
  return lines.filter((line) => !line.includes("handshake"));
}

function isFailing(line: string): boolean {
  return /fail|noaddr|disconnected/.test(line);
}

async function holdsForAll<T>(things: readonly T[], holds: (thing: T) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(things.map(holds))).every(Boolean);
}
