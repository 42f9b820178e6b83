import type { Program } from "./program.js";

/** Servers listen here alone, also in containers, which share the network of the machine. */
export const HOST = "127.0.0.1";

/** Where one server runs: the same to its command line whether that is a container or the machine. */
export interface Place {
  readonly port: number;
  /** A directory that the tests see too, for sockets and configuration. */
  readonly shared: string;
  /** A directory for what the server keeps; it outlives a kill. */
  readonly data: string;
  /** Where its small disk is, if it has one. */
  readonly disk: string;
}

/** How a server is started, in words that hold in a container as on the machine. */
export interface Launch {
  readonly program: Program;
  /** Gives it a disk of so many megabytes, besides. That is gone when the server ends. */
  readonly diskMb?: number | undefined;
  /** Makes the files that the command line names. */
  prepare?(place: Place): Promise<void>;
  /** The command line. Programs are named without their directories. */
  command(place: Place): readonly string[];
  /** Succeeds once the server serves. */
  ready(place: Place): Promise<boolean | undefined>;
}

/** One server program, running or not. */
export interface ServerProcess {
  readonly place: Place;
  /** Starts it, also once more after it ended. */
  start(): Promise<void>;
  alive(): Promise<boolean>;
  /** Sends the signal and waits for the end; SIGKILL follows where that does not come. */
  end(signal: NodeJS.Signals): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  logs(): Promise<string>;
  /** Removes all that an ended one left. */
  remove(): Promise<void>;
}

/** After this many milliseconds a server that was asked to end is killed. */
export const GRACE_MS = 5000;
