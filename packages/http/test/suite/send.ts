import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { HeaderList } from "../../src/message/header-list.js";

/** A request that is sent as it stands here, with no field that is not named, but Host and Connection. */
export interface Sent {
  /** @default "GET" */
  readonly method?: string;
  /** @default "/" */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back, as it came. */
export interface Received {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** Sends one request to a server on this machine. */
export function send(
  port: number,
  { method = "GET", path = "/", headers = {}, body }: Sent,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const lines = HeaderList.ofLines([...response.rawHeaders]);
      buffer(response).then((bytes) => {
        const { statusCode: status = 0, statusMessage: reason = "" } = response;
        resolve({ status, reason, headers: lines, body: bytes });
      }, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Returns the body as text. */
export function textOf({ body }: Received): string {
  return body.toString();
}

// What is about the connection, what only a page from a cache has, and what only it can tell.
const NOT_OF_THE_PAGE = new Set(["age", "connection", "keep-alive", "transfer-encoding", "content-length"]);

/** Returns the fields, sorted, that a page has whether or not it comes from a cache. */
export function fieldsOf({ headers }: Received): string[][] {
  return Array.from(headers, ([name, value]) => [name.toLowerCase(), value])
    .filter(([name = ""]) => !NOT_OF_THE_PAGE.has(name))
    .sort();
}
