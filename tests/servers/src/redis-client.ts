import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Address } from "./given-server.js";

/** What Redis answers: bulk and simple strings alike, as text. */
export type Reply = string | number | null | Reply[];

/** How one Redis server is reached. */
export interface RedisAddress extends Address {
  username?: string;
  password?: string;
  database?: number;
  tls?: boolean;
  /** The certificate to trust, besides those that Node trusts. */
  ca?: string;
}

const ANSWER_MS = 2000;

/** Sends one command on a connection of its own and returns its reply; an error reply is thrown. */
export async function redisCommand(address: RedisAddress, ...args: readonly string[]): Promise<Reply> {
  const { username, password, database } = address;
  const commands: (readonly string[])[] = [args];
  if (database) commands.unshift(["SELECT", `${database}`]);
  if (password) commands.unshift(username ? ["AUTH", username, password] : ["AUTH", password]);
  const replies = await exchange(address, commands);
  const failure = replies.find((reply) => reply instanceof Error);
  if (failure) throw failure;
  return replies.at(-1) as Reply;
}

function exchange(address: RedisAddress, commands: (readonly string[])[]): Promise<(Reply | Error)[]> {
  return new Promise((resolve, reject) => {
    const socket = open(address);
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(ANSWER_MS, () => fail(new Error(`no answer in ${ANSWER_MS} ms`)));
    socket.on("error", fail);
    socket.on("close", () => reject(new Error("the connection was closed")));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const replies = parseReplies(received, commands.length);
      if (!replies) return;
      resolve(replies);
      socket.destroy();
    });
    socket.write(commands.map(encode).join(""));
  });
}

function open({ host, port, tls, ca }: RedisAddress): Socket {
  return tls ? connectTls({ host, port, ...(ca ? { ca } : {}) }) : connect({ host, port });
}

function encode(args: readonly string[]): string {
  const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${args.length}\r\n${parts.join("")}`;
}

/** Reads so many replies, or returns undefined where they are not all there yet. */
function parseReplies(bytes: Buffer, count: number): (Reply | Error)[] | undefined {
  const replies: (Reply | Error)[] = [];
  for (let at = 0; replies.length < count; ) {
    const parsed = parseReply(bytes, at);
    if (!parsed) return undefined;
    replies.push(parsed.reply);
    at = parsed.next;
  }
  return replies;
}

function parseReply(bytes: Buffer, start: number): { reply: Reply | Error; next: number } | undefined {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const line = bytes.toString("utf8", start + 1, lineEnd);
  const next = lineEnd + 2;
  if (type === "+") return { reply: line, next };
  if (type === "-") return { reply: new Error(line), next };
  if (type === ":") return { reply: Number(line), next };
  if (type === "$") return parseBulk(bytes, next, Number(line));
  if (type === "*") return parseArray(bytes, next, Number(line));
  return { reply: new Error(`not a reply of Redis: ${type}${line}`), next };
}

function parseBulk(bytes: Buffer, start: number, length: number) {
  if (length < 0) return { reply: null, next: start };
  const end = start + length;
  return bytes.length < end + 2 ? undefined : { reply: bytes.toString("utf8", start, end), next: end + 2 };
}

function parseArray(bytes: Buffer, start: number, length: number) {
  const reply: Reply[] = [];
  let next = start;
  while (reply.length < length) {
    const item = parseReply(bytes, next);
    if (!item) return undefined;
    reply.push(item.reply instanceof Error ? item.reply.message : item.reply);
    next = item.next;
  }
  return { reply: length < 0 ? null : reply, next };
}
