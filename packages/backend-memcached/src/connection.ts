import type { Socket } from "node:net";
import { MemcachedFailure, reasonOf, Status } from "./failure.js";
import { Opcode } from "./opcode.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { ReplyParser } from "./reply-parser.js";

const HEADER = 24;
const OPCODE_AT = 1;
const TOTAL_AT = 8;
const OPAQUE_AT = 12;

/** How often in its time to answer a connection is looked at. */
const LOOKS = 4;

/** What memjs's parser makes of a reply. */
export interface Reply {
  readonly header: { readonly opcode: number; readonly status: number; readonly cas: Buffer };
  readonly key: Buffer;
  readonly extras: Buffer;
  readonly val: Buffer;
}

/** What a connection must know. */
export interface ConnectionOptions {
  readonly parse: (reply: Buffer) => Reply;
  /** How long it may be silent while replies are due, in milliseconds. */
  readonly timeoutMs: number;
}

/** What waits for a reply, or for several of which the last is the one to `opcode`. */
interface Waiting {
  readonly opaque: number;
  opcode: number;
  readonly take: (reply: Reply) => void;
  fail: (error: Error) => void;
}

/**
 * One connection, from its first byte to its last: stands where memjs has its `Server`, which outlives its connections
 * and then takes the rest of one reply for the beginning of another.
 *
 * @see memjs's `Client#perform`, which calls `onResponse`, `onError` and `write`, in this order.
 */
export class Connection {
  // What memjs reads of a server, for its messages.
  readonly host = "";
  readonly port = 0;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #outbox: Outbox;
  readonly #parser = new ReplyParser((reply) => this.#answer(reply));
  // In the order in which they are sent, which is the one in which a server replies.
  readonly #waiting = new Queue<Waiting>();
  #failure: Error | undefined;
  #watch: NodeJS.Timeout | undefined;
  #silentLooks = 0;

  /** @param socket is connected. */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(socket);
    socket.on("data", (piece: Buffer) => this.#receive(piece));
    socket.on("error", (error) => this.#fail(`the connection broke: ${error.message}`, error));
    socket.on("end", () => this.#fail("it ended the connection"));
    socket.on("close", () => this.#fail("the connection was closed"));
  }

  /** Whether it can be asked. */
  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Has `take` called with the reply to the request numbered `opaque`, which `write` then sends. */
  onResponse(opaque: number, take: (reply: Reply) => void): void {
    this.#waiting.push({ opaque, opcode: 0, take, fail: ignore });
  }

  /** Has `fail` called where that reply will not come. */
  onError(opaque: number, fail: (error: Error) => void): void {
    const waiting = this.#waiting.last;
    if (waiting?.opaque === opaque) waiting.fail = fail;
  }

  /** Sends a request, or several of one number. */
  write(request: Buffer): void {
    const waiting = this.#waiting.last;
    if (waiting?.opaque === request.readUInt32BE(OPAQUE_AT)) waiting.opcode = lastOpcode(request);
    if (this.#failure !== undefined) {
      this.#failAll(this.#failure);
      return;
    }
    this.#outbox.send(request);
    this.#watch ??= setInterval(() => this.#look(), this.#options.timeoutMs / LOOKS);
  }

  /** Ends it at once, and all that waits. */
  close(): void {
    this.#fail("the connection was closed");
  }

  #receive(piece: Buffer): void {
    this.#silentLooks = 0;
    try {
      this.#parser.push(piece);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #answer(bytes: Buffer): void {
    if (this.#failure !== undefined) return;
    const opaque = bytes.readUInt32BE(OPAQUE_AT);
    const waiting = this.#waiting.first;
    const reply = this.#options.parse(bytes);
    const isLast = waiting?.opcode === reply.header.opcode;
    if (waiting?.opaque !== opaque || !(isLast || isOneOfMany(reply, waiting))) {
      // Who has to log in first is told so without the number of the request.
      const { status } = reply.header;
      const reason =
        status === Status.unauthorized ? reasonOf(status) : "it sent a reply to what was not asked";
      throw new MemcachedFailure("lost", reason);
    }
    if (isLast) this.#waiting.shift();
    waiting.take(reply);
  }

  // A server that hangs need not be told from one that is slow, as long as it says anything.
  #look(): void {
    if (this.#waiting.size === 0) this.#rest();
    else if (this.#silentLooks === LOOKS) this.#fail(`it was silent for ${this.#options.timeoutMs} ms`);
    else this.#silentLooks += 1;
  }

  #rest(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#silentLooks = 0;
  }

  #fail(reason: string, cause?: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = new MemcachedFailure("lost", reason, cause && { cause });
    this.#rest();
    this.#socket.destroy();
    this.#failAll(this.#failure);
  }

  #failAll(error: Error): void {
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) {
      waiting.fail(error);
    }
  }
}

function lastOpcode(requests: Buffer): number {
  const first = HEADER + requests.readUInt32BE(TOTAL_AT);
  // Several are ended by one that is a header alone.
  const at = requests.length > first ? requests.length - HEADER : 0;
  return requests[at + OPCODE_AT] as number;
}

function isOneOfMany({ header }: Reply, { opcode }: Waiting): boolean {
  return opcode === Opcode.noop && header.opcode === Opcode.getKeyQuietly;
}

function ignore(): void {}
