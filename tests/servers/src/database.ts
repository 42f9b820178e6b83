import { type Address, GivenServer, givenUrl } from "./given-server.js";
import { HOST, type Launch } from "./launch.js";
import { startOwn } from "./own-server.js";
import type { OwnOption, TestServer } from "./server.js";

/** The user, password and database of every database server that is started here. */
export const NAME = "cullet";

/** What database servers differ in. */
export interface Database extends Omit<Launch, "ready"> {
  /** As in `CULLET_TEST_POSTGRES_URL`. */
  readonly variable: string;
  readonly scheme: string;
  readonly defaultPort: number;
  /** Whether a server there takes connections. */
  answers(address: Address): Promise<boolean>;
}

/** Gives a database server: the environment's, or one started here. */
export async function startDatabase(database: Database, { own }: OwnOption): Promise<TestServer> {
  const { variable, scheme, defaultPort } = database;
  const given = own ? undefined : givenUrl(variable, defaultPort);
  const [address] = given?.servers ?? [];
  if (given && address) {
    const server = new GivenServer(given.variable, given.url, address);
    return server.mustAnswer(() => database.answers(address));
  }
  const launch: Launch = { ...database, ready: ({ port }) => database.answers({ host: HOST, port }) };
  return startOwn(launch, (port) => `${scheme}://${NAME}:${NAME}@${HOST}:${port}/${NAME}`);
}
