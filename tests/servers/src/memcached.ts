import { firstAnswer } from "./exchange.js";
import { type Address, GivenServer, givenUrl } from "./given-server.js";
import { HOST, type Launch } from "./launch.js";
import { startOwn } from "./own-server.js";
import { MEMCACHED } from "./program.js";
import { type OwnOption, startAll, stopsAll, type TestServer } from "./server.js";

export interface MemcachedOptions extends OwnOption {
  /** More of memcached's arguments: `["-m", "1"]`. A server that the environment names is then not used. */
  args?: readonly string[];
}

/** Memcached servers that know nothing of each other. */
export interface MemcachedGroup extends AsyncDisposable {
  /** All of them: `memcached://127.0.0.1:11211;127.0.0.1:11212/`. */
  readonly url: string;
  readonly servers: readonly TestServer[];
  stop(): Promise<void>;
}

/** Gives `count` memcached servers: those of `CULLET_TEST_MEMCACHED_URL` where it names as many. */
export async function startMemcached(
  count = 1,
  { args, own }: MemcachedOptions = {},
): Promise<MemcachedGroup> {
  const given = own || args ? undefined : givenUrl("MEMCACHED", 11_211);
  const servers =
    given && given.servers.length >= count
      ? await Promise.all(
          given.servers
            .slice(0, count)
            .map((address) =>
              new GivenServer(given.variable, urlOf([address]), address).mustAnswer(() => answers(address)),
            ),
        )
      : await startAll(Array.from({ length: count }, () => startOwn(launch(args), ownUrl)));
  return { url: urlOf(servers), servers, ...stopsAll(servers) };
}

function launch(args: readonly string[] = []): Launch {
  return {
    program: MEMCACHED,
    command: ({ port }) => ["memcached", "-l", HOST, "-p", `${port}`, "-U", "0", ...args],
    ready: ({ port }) => answers({ host: HOST, port }),
  };
}

async function answers(address: Address): Promise<boolean> {
  return (await firstAnswer(address, "version\r\n")).toString().startsWith("VERSION");
}

function ownUrl(port: number): string {
  return urlOf([{ host: HOST, port }]);
}

function urlOf(servers: readonly Address[]): string {
  return `memcached://${servers.map(({ host, port }) => `${host}:${port}`).join(";")}/`;
}
