import { connect, type Socket } from "node:net";

/** How a server is to be asked. */
export interface Load {
  readonly connections: number;
  /** Whether each request is for a page of its own. */
  readonly distinct: boolean;
}

/** What the client is told to do. */
export interface ClientRound extends Load {
  readonly port: number;
  readonly ms: number;
  /** What the targets begin with. */
  readonly path: string;
}

/** What it answers. */
export interface Asked {
  readonly answers: number;
  readonly seconds: number;
}

const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** A connection that is asked again and again. */
class Connection {
  readonly #socket: Socket;
  #missing = 0;
  #answered: () => void = () => {};

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setNoDelay(true);
    this.#socket.on("close", () => {
      throw new Error("the server closed a connection");
    });
    this.#socket.on("data", (bytes) => this.#take(bytes));
  }

  /** Sends a request; `answered` is called when all of the answer is there. */
  ask(target: string, answered: () => void): void {
    this.#answered = answered;
    this.#socket.write(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nAccept-Encoding: gzip, br\r\n\r\n`,
    );
  }

  #take(bytes: Buffer): void {
    this.#missing = (this.#missing === 0 ? lengthOf(bytes) : this.#missing) - bytes.length;
    if (this.#missing === Number.POSITIVE_INFINITY && isLast(bytes)) this.#missing = 0;
    if (this.#missing <= 0) this.#answered();
  }
}

// By port. They stay open, as those of a proxy do.
const connections = new Map<number, Connection[]>();
let targets = 0;

// Runs in a process of its own, so that it takes no time from the server that is measured.
process.on("message", async (round: ClientRound) => {
  process.send?.(await askFor(round));
});
process.once("disconnect", () => process.exit(0));

async function askFor({ port, ms, path, distinct, ...load }: ClientRound): Promise<Asked> {
  const start = performance.now();
  const target = () => {
    targets += 1;
    return distinct ? `${path}/${targets}` : path;
  };
  const counts = await Promise.all(
    connectionsTo(port, load.connections).map(
      (connection) =>
        new Promise<number>((resolve) => {
          let answers = 0;
          const answered = () => {
            answers += 1;
            if (performance.now() - start < ms) connection.ask(target(), answered);
            else resolve(answers);
          };
          connection.ask(target(), answered);
        }),
    ),
  );
  const seconds = (performance.now() - start) / 1_000;
  return { answers: counts.reduce((sum, count) => sum + count, 0), seconds };
}

function connectionsTo(port: number, most: number): Connection[] {
  const known = connections.get(port);
  if (known !== undefined) return known;
  const made = Array.from({ length: most }, () => new Connection(port));
  connections.set(port, made);
  return made;
}

/** Whether an answer that says so by its last chunk ends with `bytes`. */
function isLast(bytes: Buffer): boolean {
  return bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}

/** Returns how many bytes the answer has that begins with `bytes`: infinitely many where it says so by its last chunk. */
function lengthOf(bytes: Buffer): number {
  const head = bytes.subarray(0, bytes.indexOf("\r\n\r\n")).toString("latin1");
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`unexpected: ${head}`);
  if (/^transfer-encoding: chunked/im.test(head)) return Number.POSITIVE_INFINITY;
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
  if (length === undefined) throw new Error(`without a length: ${head}`);
  return head.length + 4 + Number(length);
}
