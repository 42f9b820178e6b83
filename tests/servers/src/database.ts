import { type Address, GivenServer, givenUrl } from "./given-server.js";
import { HOST, type Launch, type Place } from "./launch.js";
import { startOwn } from "./own-server.js";
import { POSTGRES } from "./program.js";
import type { OwnOption, TestServer } from "./server.js";
import { canHaveDisk } from "./way/way.js";

/** The user, password and database of every database server that is started here. */
export const NAME = "cullet";

/** How much of the data a server keeps in memory: little, since many run at once. */
const MEMORY_MB = 32;

export interface DatabaseOptions extends OwnOption {
  /** How many megabytes of its data the server keeps in memory; one is started for it. @default 32 */
  memoryMb?: number;
  /**
   * Has what is stored on a disk of so many megabytes; a server is started for it. That of MariaDB is a file that may grow so
   * far, since a disk that is full ends MariaDB. @default no disk of its own
   */
  diskMb?: number;
}

/** Whether PostgreSQL can be given a disk of its own here. */
export function canLimitDisk(): Promise<boolean> {
  return canHaveDisk(POSTGRES);
}

/** What database servers differ in. */
export interface Database extends Omit<Launch, "ready" | "command"> {
  /** As in `CULLET_TEST_POSTGRES_URL`. */
  readonly variable: string;
  readonly scheme: string;
  readonly defaultPort: number;
  /** The command line of a server that keeps so much of its data in memory, and has so much room for all of it. */
  command(place: Place, room: { memoryMb: number; diskMb: number | undefined }): readonly string[];
  /** Whether it has that room on a disk of its own. */
  readonly hasDisk?: boolean;
  /** Whether a server there takes connections. */
  answers(address: Address): Promise<boolean>;
}

/** Gives a database server: the environment's, or one started here. */
export async function startDatabase(database: Database, options: DatabaseOptions): Promise<TestServer> {
  const { variable, scheme, defaultPort } = database;
  const { memoryMb, diskMb, own = (memoryMb ?? diskMb) !== undefined } = options;
  const given = own ? undefined : givenUrl(variable, defaultPort);
  const [address] = given?.servers ?? [];
  if (given && address) {
    const server = new GivenServer(given.variable, given.url, address);
    return server.mustAnswer(() => database.answers(address));
  }
  const launch: Launch = {
    ...database,
    diskMb: database.hasDisk ? diskMb : undefined,
    command: (place) => database.command(place, { memoryMb: memoryMb ?? MEMORY_MB, diskMb }),
    ready: ({ port }) => database.answers({ host: HOST, port }),
  };
  return startOwn(launch, (port) => `${scheme}://${NAME}:${NAME}@${HOST}:${port}/${NAME}`);
}
