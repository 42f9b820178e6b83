import { type Address, GivenServer, givenUrl } from "./given-server.js";
import { HOST, type Launch, type Place } from "./launch.js";
import { startOwn } from "./own-server.js";
import type { OwnOption, TestServer } from "./server.js";

/** The user, password and database of every database server that is started here. */
export const NAME = "cullet";

/** How much of the data a server keeps in memory: little, since many run at once. */
const MEMORY_MB = 32;

export interface DatabaseOptions extends OwnOption {
  /** How many megabytes of its data the server keeps in memory; one is started for it. @default 32 */
  memoryMb?: number;
}

/** What database servers differ in. */
export interface Database extends Omit<Launch, "ready" | "command"> {
  /** As in `CULLET_TEST_POSTGRES_URL`. */
  readonly variable: string;
  readonly scheme: string;
  readonly defaultPort: number;
  /** The command line of a server that keeps so much of its data in memory. */
  command(place: Place, memoryMb: number): readonly string[];
  /** Whether a server there takes connections. */
  answers(address: Address): Promise<boolean>;
}

/** Gives a database server: the environment's, or one started here. */
export async function startDatabase(database: Database, options: DatabaseOptions): Promise<TestServer> {
  const { variable, scheme, defaultPort } = database;
  const { memoryMb, own = memoryMb !== undefined } = options;
  const given = own ? undefined : givenUrl(variable, defaultPort);
  const [address] = given?.servers ?? [];
  if (given && address) {
    const server = new GivenServer(given.variable, given.url, address);
    return server.mustAnswer(() => database.answers(address));
  }
  const launch: Launch = {
    ...database,
    command: (place) => database.command(place, memoryMb ?? MEMORY_MB),
    ready: ({ port }) => database.answers({ host: HOST, port }),
  };
  return startOwn(launch, (port) => `${scheme}://${NAME}:${NAME}@${HOST}:${port}/${NAME}`);
}
