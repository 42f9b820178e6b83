import { BackendError, type Bus, type BusListener, InvalidConfigError, type Stop } from "@cullet/core";
import { nameOfServer, parseDbUrl } from "../db-location.js";
import { connectPostgres } from "./connect-postgres.js";
import { TalkingClient } from "./talking-client.js";

export interface PostgresBusOptions {
  /** The URL of the database, as pg takes it. */
  connectionString: string;
  /** What is said on other channels is not heard. @default "cullet" */
  channel?: string;
  /**
   * The longest that the server is waited for, and how often it is asked whether it is there, in milliseconds.
   * @default 1000
   */
  operationTimeoutMs?: number;
}

/** What NOTIFY takes, and what a name may have, in bytes. */
const MOST_BYTES = { payload: 7_999, channel: 63 };
const SAY = "SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said";
/** A connection that was lost is made anew after this, in milliseconds: doubled from the least to the most. */
const RETRY_AFTER = { least: 20, most: 1_000 };

/**
 * Makes a bus over LISTEN and NOTIFY of PostgreSQL. It takes one connection, while somebody listens; that must lead to the
 * server itself, and to no pooler that lends it to others in between.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function postgresBus({
  connectionString,
  channel = "cullet",
  operationTimeoutMs = 1_000,
}: PostgresBusOptions): Bus {
  const { dialect, place } = parseDbUrl(connectionString, "postgresBus.connectionString").location;
  if (dialect !== "postgres") {
    throw new InvalidConfigError(
      `postgresBus.connectionString must be a URL of postgres; it is one of ${dialect}`,
    );
  }
  const bytes = Buffer.byteLength(channel);
  if (bytes === 0 || bytes > MOST_BYTES.channel) {
    throw new InvalidConfigError(
      `postgresBus.channel must have 1 to ${MOST_BYTES.channel} bytes; it has ${bytes}`,
    );
  }
  return new PostgresBus(place, channel, operationTimeoutMs);
}

/** Notifies a channel of what is to be heard, and hears what others notify it of. */
class PostgresBus implements Bus {
  readonly maxBytes = MOST_BYTES.payload;
  readonly #url: string;
  readonly #channel: string;
  readonly #timeoutMs: number;
  readonly #listeners = new Set<BusListener>();
  /** Where it listens, and what it says is answered. */
  #connected: TalkingClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Settled when the first connection is there, or cannot be. */
  #opening: Promise<void> | undefined;
  /** Tells one time of listening from the next. */
  #session = 0;
  /** What is to be said next, and what comes of that. */
  #unsaid: string[] = [];
  #saying: Promise<void> | undefined;

  constructor(url: string, channel: string, timeoutMs: number) {
    this.#url = url;
    this.#channel = channel;
    this.#timeoutMs = timeoutMs;
  }

  listen(listener: BusListener): Stop {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#opening = this.#open(this.#session, RETRY_AFTER.least);
    else if (this.#connected !== undefined) listener.listening();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#close();
    };
  }

  async publish(text: string): Promise<void> {
    // Who has only begun to listen may speak at once.
    await this.#opening;
    const connected = this.#connected;
    if (connected === undefined) {
      throw new BackendError(`there is no connection to ${nameOfServer(this.#url)}`);
    }
    this.#unsaid.push(text);
    // What comes while the server is busy is said in one statement.
    this.#saying ??= connected.whenFree(() => {
      const texts = this.#unsaid;
      this.#unsaid = [];
      this.#saying = undefined;
      return connected.ask(SAY, [this.#channel, texts]);
    });
    await this.#saying;
  }

  async #open(session: number, retryMs: number): Promise<void> {
    const isOver = () => session !== this.#session;
    let connected: TalkingClient | undefined;
    try {
      const made = await connectPostgres(this.#url, { path: "postgresBus", timeoutMs: this.#timeoutMs });
      connected = new TalkingClient(made, this.#timeoutMs);
      const { client } = made;
      client.on("notification", ({ payload = "" }) => {
        for (const listener of this.#listeners) listener.heard(payload);
      });
      client.once("end", () => {
        if (!isOver() && this.#connected !== undefined) this.#lose(session);
      });
      await connected.ask(`LISTEN ${client.escapeIdentifier(this.#channel)}`);
      if (isOver()) return connected.close();
      this.#connected = connected;
      for (const listener of this.#listeners) listener.listening();
      this.#askLater(connected);
    } catch (error) {
      connected?.destroy();
      if (isOver()) return;
      this.#tellDeaf(error as Error);
      this.#openLater(session, retryMs);
    }
  }

  #lose(session: number): void {
    this.#connected = undefined;
    this.#saying = undefined;
    this.#unsaid = [];
    this.#tellDeaf(new Error("the connection was closed"));
    this.#openLater(session, RETRY_AFTER.least);
  }

  #openLater(session: number, delayMs: number): void {
    clearTimeout(this.#timer);
    const retryMs = Math.min(RETRY_AFTER.most, delayMs * 2);
    // Spread out, so that a server that comes back is not met by all at the same moment.
    const spreadMs = delayMs * (0.75 + Math.random() / 4);
    this.#timer = setTimeout(() => void this.#open(session, retryMs), spreadMs).unref();
  }

  /** Asks again and again whether the server is there: one that is silent is told from one with nothing to say. */
  #askLater(connected: TalkingClient): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const isThere = connected.whenFree(() => connected.ask("SELECT 1"));
      isThere.then(
        () => this.#connected === connected && this.#askLater(connected),
        () => connected.destroy(),
      );
    }, this.#timeoutMs).unref();
  }

  #tellDeaf(reason: Error): void {
    for (const listener of this.#listeners) listener.deaf(reason);
  }

  #close(): void {
    this.#session += 1;
    clearTimeout(this.#timer);
    this.#connected?.close();
    this.#connected = undefined;
    this.#saying = undefined;
    this.#unsaid = [];
  }
}
