/** A server for tests. It is gone after `stop`, and also when the process that started it ends in any way. */
export interface TestServer extends AsyncDisposable {
  /** What a client of this server takes, credentials included. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Whether the helper started it. One that the environment names is not: all but `stop` then throw. */
  readonly ours: boolean;
  /** Ends it in its own orderly way and removes all that it kept. Leaves alone a server that is not ours. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL); `restart` brings it back. */
  kill(): Promise<void>;
  /** Makes it hang: its port still takes connections, and nothing answers (SIGSTOP). */
  pause(): Promise<void>;
  /** Undoes `pause`. */
  resume(): Promise<void>;
  /** Starts it once more on the same port. Redis and memcached come back empty, databases do not. */
  restart(): Promise<void>;
  /** What it wrote to its output so far. */
  logs(): Promise<string>;
}

export interface OwnOption {
  /** Starts a server even where the environment names one: for tests that kill or pause it. @default false */
  own?: boolean;
}

/** Starts several at once; where one fails, the others are stopped and its error is thrown. */
export async function startAll<T extends TestServer>(starts: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(starts);
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) {
    await stopAll(started);
    throw failure.reason;
  }
  return started;
}

/** Runs `arrange` on servers that were just started, and stops them where that fails. */
export async function orStop<R>(servers: readonly TestServer[], arrange: () => Promise<R>): Promise<R> {
  try {
    return await arrange();
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

async function stopAll(servers: readonly TestServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** The two methods that end a group of servers. */
export function stopsAll(servers: readonly TestServer[]): AsyncDisposable & { stop(): Promise<void> } {
  const stop = () => stopAll(servers);
  return { stop, [Symbol.asyncDispose]: stop };
}
