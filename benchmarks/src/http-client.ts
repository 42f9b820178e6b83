import { connect, type Socket } from "node:net";

/** What the client is to do, and sends back when it has: answers per second. */
export interface Load {
  readonly port: number;
  readonly seconds: number;
  readonly connections: number;
  /** Whether each request is for a page of its own. */
  readonly distinct: boolean;
}

const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

// Runs in a process of its own, so that it takes no time from the server that is measured.
process.once("message", (load: Load) => {
  answersPerSecond(load).then((answers) => {
    process.send?.(answers);
    process.disconnect?.();
  });
});

async function answersPerSecond(load: Load): Promise<number> {
  const stop = Date.now() + load.seconds * 1_000;
  const counts = await Promise.all(Array.from({ length: load.connections }, (_, at) => ask(load, at, stop)));
  return counts.reduce((sum, count) => sum + count, 0) / load.seconds;
}

/** Asks again and again on one connection, until the time is over; returns how many answers came. */
function ask({ port, distinct }: Load, connection: number, stop: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    let missing = 0;
    const socket: Socket = connect(port, "127.0.0.1", () => send());
    const send = () => {
      const path = distinct ? `/${connection}/${answers}` : "/page";
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nAccept-Encoding: gzip, br\r\n\r\n`,
      );
    };
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      missing = (missing === 0 ? lengthOf(bytes) : missing) - bytes.length;
      if (missing === Number.POSITIVE_INFINITY && isLast(bytes)) missing = 0;
      if (missing > 0) return;
      answers += 1;
      if (Date.now() < stop) return send();
      socket.end();
      resolve(answers);
    });
  });
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
