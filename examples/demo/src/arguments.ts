import { parseArgs } from "node:util";

/** What the demo was asked to do. */
export interface Arguments {
  /** Where the cache is. */
  readonly cache: string;
  /** Whether the servers stay up when the traffic has ended. */
  readonly serve: boolean;
  /** The port of the atlas, whose next one is the site's: 0 for two that are free. */
  readonly port: number;
  /** Whether only the usage is to be shown. */
  readonly help: boolean;
}

// The site needs one more.
const MAX_PORT = 65_534;

const DEFAULT_CACHE = "locmem://demo?timeout=300&max_entries=1000";

export const usage = `Usage: npm run demo -- [cache URI] [--serve] [--port number]

  cache URI   where the cache is: ${DEFAULT_CACHE} by default,
              file:///tmp/cullet-demo to find the answers again in the next run
  --serve     leaves the servers up when the traffic has ended
  --port      where the atlas listens, and the site on the next: free ports by default`;

/**
 * Reads the command line.
 *
 * @throws TypeError for what the demo does not take.
 */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      serve: { type: "boolean", default: false },
      port: { type: "string", default: "0" },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [cache = DEFAULT_CACHE, ...others] = positionals;
  if (others.length > 0) throw new TypeError(`one cache is enough; got ${positionals.length}`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw new TypeError(`${values.port} is no port`);
  return { cache, serve: values.serve, port, help: values.help };
}
