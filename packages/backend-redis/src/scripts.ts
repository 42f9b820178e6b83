import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { addDelta, KeyNotFoundError, quote } from "@cullet/core";
import type { RedisCommands } from "./client.js";
import { type Entry, toBytes } from "./entry.js";
import { isNoInteger, isUnknownScript, replyError } from "./failure.js";
import { encodeCommand } from "./resp.js";

/** A text that the server runs as one command. */
interface Script {
  readonly text: string;
  readonly sha: string;
  /** The clients that sent the text. */
  readonly told: WeakSet<RedisCommands>;
}

/** What is to be added to a counter. */
export interface Increment {
  readonly key: string;
  readonly delta: number;
}

/** The sum; nothing where there is no entry; the value that cannot be added to, `NaN` where it is no integer. */
export type Incremented = number | undefined | { readonly value: number };

/** Bytes that the length of a packed payload takes. */
const LENGTH = 4;

// Names of the server's own are copied to locals, which Lua finds in half the time.

// One MSET and an expiry for each take the server less time than a SET for each.
const SET_EACH = script(`
local call, read, keys, parameters = redis.call, struct.unpack, KEYS, ARGV
local entries, packed, at = {}, parameters[1], 1
for i = 1, #keys do
  entries[2 * i - 1] = keys[i]
  entries[2 * i], at = read('>I4c0', packed, at)
end
call('MSET', unpack(entries))
for i = 1, #keys do
  local ttl = parameters[i + 1] or parameters[2]
  if ttl ~= '' then call('PEXPIRE', keys[i], ttl) end
end
`);

// A script's numbers are exact as far as JavaScript's are. Those that ioredis 6 reads from a reply are not, close to
// 2^53: large sums go as text, which takes the server longer. What is beyond JavaScript's numbers is taken back, by
// the one command that whoever counts may run.
const IS_LARGE = "(sum <= -1e15 or sum >= 1e15)";
const READ_LARGE = `
local function read_large(sum, key, delta)
  if math.abs(sum) <= 9007199254740991 then return string.format('%.0f', sum) end
  redis.call('INCRBY', key, string.format('%.0f', 0 - delta))
  return {'', redis.call('GET', key)}
end
`;

const INCR = script(`${READ_LARGE}
local key, delta = KEYS[1], ARGV[1]
if redis.call('EXISTS', key) == 0 then return false end
local sum = redis.pcall('INCRBY', key, delta)
if type(sum) ~= 'number' then return {sum.err} end
if ${IS_LARGE} then sum = read_large(sum, key, delta) end
return sum
`);

// The replies take the place of the keys. To look at the type of each sum would take the server a tenth longer: an error
// ends the loop, and what the server says is asked for once more.
const INCR_EACH = script(`${READ_LARGE}
local keys, deltas, at = KEYS, ARGV, 0
local are_all_there = redis.call('EXISTS', unpack(keys)) == #keys
local function add_from(first, call, keys, deltas, are_all_there)
  local same = deltas[2] == nil and deltas[1]
  for i = first, #keys do
    at = i
    local sum = false
    if are_all_there or call('EXISTS', keys[i]) == 1 then
      local delta = same or deltas[i]
      sum = call('INCRBY', keys[i], delta)
      if ${IS_LARGE} then sum = read_large(sum, keys[i], delta) end
    end
    keys[i] = sum
  end
end
while not pcall(add_from, at + 1, redis.call, keys, deltas, are_all_there) do
  keys[at] = {redis.pcall('INCRBY', keys[at], deltas[at] or deltas[1]).err}
end
return keys
`);

// PERSIST alone says 0 also of an entry that never expires.
const PERSIST = script(`
if redis.call('PERSIST', KEYS[1]) == 1 then return 1 end
return redis.call('EXISTS', KEYS[1])
`);

/** Stores entries: all of them, or none where the server refuses. */
export async function setEach(redis: RedisCommands, entries: readonly Entry[]): Promise<void> {
  const keys = entries.map(({ key }) => key);
  const ttls = entries.map(({ ttlMs }) => ttlMs ?? "");
  await run(redis, SET_EACH, { keys, parameters: [pack(entries), ...onceWhereSame(ttls)] });
}

/** Adds to a counter, never making one. */
export async function incr(redis: RedisCommands, { key, delta }: Increment): Promise<Incremented> {
  const result = readIncrement(await run(redis, INCR, { keys: [key], parameters: [delta] }));
  if (result instanceof Error) throw result;
  return result;
}

/** Does what `incr` does for several. Returns, in the place of each, what came of it or what the server said. */
export async function incrEach(
  redis: RedisCommands,
  increments: readonly Increment[],
): Promise<(Incremented | Error)[]> {
  const keys = increments.map(({ key }) => key);
  const deltas = increments.map(({ delta }) => delta);
  const replies = await run(redis, INCR_EACH, { keys, parameters: onceWhereSame(deltas) });
  return (replies as unknown[]).map(readIncrement);
}

/** Returns the sum that an increment came to, or says why there is none. */
export function toSum(result: Incremented, { key, delta }: Increment): number {
  if (typeof result === "number") return result;
  if (result !== undefined) return addDelta(key, result.value, delta);
  throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
}

/** Has `key` never expire: `true` where there is one. */
export async function persist(redis: RedisCommands, key: string): Promise<boolean> {
  return Number(await run(redis, PERSIST, { keys: [key], parameters: [] })) === 1;
}

/** Returns the payloads of entries in one piece, each after its length: the driver takes twice as long for each by itself. */
function pack(entries: readonly Entry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ payload }) => {
      const value = toBytes(payload);
      const length = Buffer.allocUnsafe(LENGTH);
      length.writeUInt32BE(value.length);
      return [length, value];
    }),
  );
}

/** Returns what is the same for all only once: the driver takes as long for a parameter as for a key. */
function onceWhereSame<T>(parameters: readonly T[]): readonly T[] {
  const [first] = parameters;
  return parameters.every((parameter) => parameter === first) ? parameters.slice(0, 1) : parameters;
}

function readIncrement(reply: unknown): Incremented | Error {
  if (reply === null) return undefined;
  if (!Array.isArray(reply)) return Number(reply);
  const [message, value] = reply as [string, string?];
  if (value !== undefined) return { value: Number(value) };
  return isNoInteger(message) ? { value: Number.NaN } : replyError(message);
}

/** What a script is run on. */
interface Call {
  readonly keys: readonly string[];
  readonly parameters: readonly (Buffer | number | string)[];
}

async function run(redis: RedisCommands, script: Script, call: Call): Promise<unknown> {
  const { text, sha, told } = script;
  const { keys, parameters } = call;
  if (told.has(redis)) {
    try {
      return await runBySha(redis, sha, call);
    } catch (error) {
      // A server that was started anew, or has taken over, has to be told the script again.
      if (!isUnknownScript(error)) throw error;
    }
  }
  told.add(redis);
  return redis.eval(text, keys.length, ...keys, ...parameters);
}

function runBySha(redis: RedisCommands, sha: string, { keys, parameters }: Call): Promise<unknown> {
  const { sendEncoded } = redis;
  if (sendEncoded === undefined || !parameters.every(isText)) {
    return redis.evalsha(sha, keys.length, ...keys, ...parameters);
  }
  const texts = ["evalsha", sha, String(keys.length), ...keys];
  for (const parameter of parameters) texts.push(String(parameter));
  return sendEncoded("evalsha", encodeCommand(texts));
}

function isText(parameter: Buffer | number | string): parameter is number | string {
  return typeof parameter !== "object";
}

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex"), told: new WeakSet() };
}
