import type { Candidate } from "../measure.js";

/** What one of those that are compared can do, by the titles of the tables. */
export type Operations = Readonly<Record<string, Candidate>>;

/** Opens each of those that are compared, at the address of a server, and stores what its operations read. */
export type Contenders = Readonly<Record<string, (address: string) => Promise<Operations>>>;

/** What a process that runs a contender is told to do. It answers with the nanoseconds that it took. */
export interface Round {
  readonly operation: string;
  readonly times: number;
}
