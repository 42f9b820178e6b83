import type { Payload } from "@cullet/core";
import type { Connection, Reply } from "./connection.js";
import {
  amountWords,
  BYTES,
  counterFlags,
  counterTtlMs,
  readCounter,
  readSum,
  writeCounter,
} from "./counter.js";
import type { Client, Driver } from "./driver.js";
import { toExpiration } from "./expiration.js";
import { refusal, Status } from "./failure.js";
import { Opcode } from "./opcode.js";
import { makeRequest, type Request } from "./request.js";
import type { Addition, Entry, NewEntry, Sum, Transport } from "./transport.js";

/** Where counting is told not to create what is missing, and so needs no value to begin with. */
const FAIL_IF_MISSING = 0xff_ff_ff_ff;
const NO_INITIAL_VALUE = [0, 0];

/** Speaks the binary protocol, through memjs's client. */
export class BinaryTransport implements Transport {
  readonly #connection: Connection;
  readonly #client: Client;
  #opaque: number;

  /** @param firstOpaque what the first request is numbered. */
  constructor(connection: Connection, { makeClient }: Driver, firstOpaque = 0) {
    this.#connection = connection;
    this.#client = makeClient(connection);
    this.#opaque = firstOpaque;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get(key: string): Promise<Payload | undefined> {
    return this.#ask({ opcode: Opcode.get, key }, (reply) =>
      isDone(reply, Status.missing) ? payloadOf(reply) : undefined,
    );
  }

  getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    const opaque = this.#nextOpaque();
    const gets = keys.map((key) => makeRequest({ opcode: Opcode.getKeyQuietly, key }, opaque));
    const end = makeRequest({ opcode: Opcode.noop }, opaque);
    const found = new Map<string, Payload>();
    return new Promise((resolve, reject) => {
      let refused: Error | undefined;
      this.#client.perform("", Buffer.concat([...gets, end]), opaque, (error, reply) => {
        if (error) reject(error);
        else if (reply.header.status !== Status.ok) refused ??= refusal(reply.header.status);
        else if (reply.header.opcode !== Opcode.noop) found.set(reply.key.toString(), payloadOf(reply));
        else if (refused === undefined) resolve(found);
        else reject(refused);
      });
    });
  }

  read(key: string): Promise<Entry | undefined> {
    return this.#ask({ opcode: Opcode.get, key }, (reply) =>
      isDone(reply, Status.missing) ? entryOf(reply) : undefined,
    );
  }

  set(entry: NewEntry): Promise<void> {
    return this.#ask(storing(Opcode.set, entry), mustBeDone);
  }

  replace(entry: NewEntry, cas: Buffer): Promise<boolean> {
    return this.#ask({ ...storing(Opcode.set, entry), cas }, (reply) =>
      isDone(reply, Status.missing, Status.exists, Status.notStored),
    );
  }

  add(entry: NewEntry): Promise<boolean> {
    return this.#ask(storing(Opcode.add, entry), (reply) => isDone(reply, Status.exists, Status.notStored));
  }

  delete(key: string): Promise<boolean> {
    return this.#ask({ opcode: Opcode.delete, key }, (reply) => isDone(reply, Status.missing));
  }

  count({ key, delta, cas }: Addition): Promise<Sum> {
    const opcode = delta < 0 ? Opcode.decrement : Opcode.increment;
    const extras = [...amountWords(Math.abs(delta)), ...NO_INITIAL_VALUE, FAIL_IF_MISSING];
    return this.#ask({ opcode, key, extras, cas }, sumOf);
  }

  flush(): Promise<void> {
    return this.#ask({ opcode: Opcode.flush }, mustBeDone);
  }

  noop(): Promise<void> {
    return this.#ask({ opcode: Opcode.noop }, mustBeDone);
  }

  /** Logs in: `undefined` where the server let it, else the status that says why not. */
  login(username: string, password: string): Promise<number | undefined> {
    const value = Buffer.from(`\0${username}\0${password}`);
    return this.#ask({ opcode: Opcode.login, key: "PLAIN", value }, ({ header: { status } }) =>
      status === Status.ok ? undefined : status,
    );
  }

  close(): void {
    this.#connection.close();
  }

  #ask<T>(request: Request, read: (reply: Reply) => T): Promise<T> {
    const opaque = this.#nextOpaque();
    const bytes = makeRequest(request, opaque);
    return new Promise((resolve, reject) => {
      this.#client.perform("", bytes, opaque, (error, reply) => {
        if (error) {
          reject(error);
          return;
        }
        try {
          resolve(read(reply));
        } catch (refused) {
          reject(refused);
        }
      });
    });
  }

  // memjs's own numbers are signed, and its requests throw from the 2^31st on.
  #nextOpaque(): number {
    this.#opaque = (this.#opaque + 1) >>> 0;
    return this.#opaque;
  }
}

function storing(opcode: Request["opcode"], { key, payload, ttlMs }: NewEntry): Request {
  const expiration = toExpiration(ttlMs);
  return typeof payload === "number"
    ? { opcode, key, extras: [counterFlags(ttlMs), expiration], value: writeCounter(payload) }
    : { opcode, key, extras: [BYTES, expiration], value: payload };
}

/** Whether it was done; `false` for one of the statuses in `answers`, and a failure for any other. */
function isDone({ header: { status } }: Reply, ...answers: readonly number[]): boolean {
  if (status === Status.ok) return true;
  if (answers.includes(status)) return false;
  throw refusal(status);
}

function mustBeDone(reply: Reply): void {
  isDone(reply);
}

function sumOf(reply: Reply): Sum {
  if (isDone(reply, Status.missing, Status.notANumber, Status.exists)) {
    return { sum: readSum(reply.val), cas: reply.header.cas };
  }
  if (reply.header.status === Status.missing) return "missing";
  return reply.header.status === Status.exists ? "changed" : "not a number";
}

function entryOf(reply: Reply): Entry {
  const payload = payloadOf(reply);
  const ttlMs = typeof payload === "number" ? counterTtlMs(flagsOf(reply)) : undefined;
  return { payload, counterTtlMs: ttlMs, cas: reply.header.cas };
}

function payloadOf(reply: Reply): Payload {
  // Other clients have flags of their own, and no counters like these.
  return (flagsOf(reply) === BYTES ? undefined : readCounter(reply.val)) ?? reply.val;
}

function flagsOf({ extras }: Reply): number {
  return extras.length === 4 ? extras.readUInt32BE(0) : BYTES;
}
