import { judge } from "../conditional/answers.js";
import { CONDITIONAL_FIELDS } from "../conditional/preconditions.js";
import type { Entry, NewEntry } from "../entry/entry.js";
import type { Lookup, PageStore } from "../entry/page-store.js";
import { fillDate, storedHeaders } from "../entry/stored-headers.js";
import { isKnownCoding } from "../fields/accept-encoding.js";
import { weakMatch } from "../fields/entity-tag.js";
import { listMembers } from "../fields/field-list.js";
import { hasVaryHeader } from "../headers/vary.js";
import type { BodyPlan, End, Exchange, GivenBody, SentHead } from "../layer.js";
import type { HeaderList, LineReader } from "../message/header-list.js";
import type { Answer } from "../message/message.js";
import { isServerError } from "../rfc/status.js";
import { updatedHeaders } from "../rfc/update.js";
import type { CacheableRequest, CacheLayer } from "./cache-layer.js";
import type { CacheReport } from "./cache-status.js";
import { Capture } from "./capture.js";
import type { Landing } from "./flights.js";
import type { CachePolicy, Stored } from "./policy.js";

/** A miss on its way to the handler. */
export interface Miss {
  readonly cache: CacheLayer;
  readonly policy: CachePolicy;
  readonly store: PageStore;
  readonly maxBytes: number;
  readonly request: CacheableRequest;
  readonly lookup: Lookup;
  /** Told once whether there is an entry now. */
  readonly landed: (landing: Landing) => void;
  /** Whether the handler is to make the whole response, whatever preconditions the client sent. */
  readonly hides: boolean;
  readonly forward: CacheReport["forward"];
}

const HIDDEN: ReadonlyMap<string, null> = new Map(CONDITIONAL_FIELDS.map((name) => [name, null]));

/** An entry that is to be saved when its body is there. */
interface Pending {
  readonly stored: Stored;
  readonly head: Omit<Entry, "body">;
  /** All fields of the response, also those that are not stored. */
  readonly fields: HeaderList;
}

/** A miss, or a stale hit, followed through the handler: what it answers is stored where the policy says so. */
export class StoreExchange implements Exchange {
  readonly fields?: ReadonlyMap<string, string | null>;
  readonly #miss: Miss;
  readonly #requestedAt = Date.now();
  readonly #validates: boolean;
  #pending: Pending | undefined;
  #capture: Capture | undefined;
  /** The stored body, where the handler said that it is still good. */
  #kept: Entry["body"] | undefined;
  #hasLanded = false;

  constructor(miss: Miss) {
    this.#miss = miss;
    const validators = miss.hides ? validatorsFor(miss.lookup.entry) : [];
    this.#validates = validators.length > 0;
    if (miss.hides) this.fields = this.#validates ? new Map([...HIDDEN, ...validators]) : HIDDEN;
  }

  head(head: SentHead, { whole }: GivenBody): BodyPlan | undefined {
    const { cache, policy, request, lookup, hides, forward } = this.#miss;
    const { entry } = lookup;
    const now = Date.now();
    if (entry !== undefined && this.#validates && head.status === 304)
      return this.#revalidated(entry, head, now);
    if (isServerError(head.status)) {
      const replace = this.#standIn(now, head.status);
      if (replace !== undefined) return { replace };
    }
    fillDate(head.headers, now);
    const storage = policy.decide(request, head, this.#moments(now));
    const isStored = storage.isStored && isKeyed(storage, head) && this.#fits(head, whole);
    if (isStored) this.#expect(storage, head);
    else this.#land("not-stored");
    cache.report(head.headers, { forward, stored: isStored });
    const replace = hides ? judge(request, head) : undefined;
    return this.#capture === undefined ? replace && { replace } : { replace, watch: this.#watch };
  }

  failed(): Answer | undefined {
    return this.#standIn(Date.now(), undefined);
  }

  /** What middleware outside adds counts too: a cookie tells of a page for one visitor, Vary of one for some. */
  sent(fields: LineReader): void {
    const { policy, request } = this.#miss;
    const pending = this.#pending;
    if (pending === undefined || !addsTo(pending.fields, fields)) return;
    const headers = pending.fields.clone();
    for (const cookie of fields.getAll("set-cookie")) headers.append("Set-Cookie", cookie);
    for (const name of namesOutside(fields)) headers.append("Vary", name);
    const whole = { ...pending.head, headers, inherited: new Set<string>() };
    const storage = policy.decide(request, whole, this.#moments(pending.head.times.storedAt));
    this.#pending = storage.isStored ? { ...pending, stored: storage } : undefined;
  }

  ended(end: End): Promise<void> | undefined {
    const pending = this.#pending;
    const body = this.#kept ?? this.#capture?.body;
    if (pending === undefined || body === undefined || (end !== "complete" && this.#kept === undefined)) {
      this.#land("not-stored");
      return undefined;
    }
    return this.#save(pending, body);
  }

  readonly #watch = (piece: Uint8Array): boolean => {
    if (this.#capture?.add(piece)) return true;
    this.#land("not-stored");
    return false;
  };

  #moments(receivedAt: number) {
    return { requestedAt: this.#requestedAt, receivedAt };
  }

  /** Whether a body is worth beginning to collect. */
  #fits({ headers }: SentHead, whole: Uint8Array | undefined): boolean {
    const isEndless = headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") ?? false;
    const stated = Number(headers.get("content-length") ?? 0);
    return !isEndless && !(Math.max(stated, whole?.length ?? 0) > this.#miss.maxBytes);
  }

  #expect(stored: Stored, { status, reason, headers, inherited }: SentHead): void {
    const head = {
      status,
      reason,
      times: stored.times,
      headers: storedHeaders(headers, stored.left, inherited),
    };
    this.#pending = { stored, head, fields: headers.clone() };
    this.#capture = new Capture(this.#miss.maxBytes);
  }

  /** Answers from a stale entry of which the handler said that it has not changed (RFC 9111 §4.3.3, §4.3.4). */
  #revalidated(entry: Entry, head: SentHead, now: number): BodyPlan {
    const { cache, policy, request, forward } = this.#miss;
    const report: CacheReport = { forward, forwardStatus: 304 };
    if (!isSameRepresentation(entry, head)) {
      this.#land("not-stored");
      return { replace: cache.answerWith(request, entry, now, report) };
    }
    fillDate(head.headers, now);
    const headers = updatedHeaders(entry.headers, storedHeaders(head.headers, [], head.inherited));
    const { status, reason } = entry;
    const merged: SentHead = { status, reason, headers: headers.clone(), inherited: new Set() };
    const age = head.headers.get("age");
    if (age !== null) merged.headers.set("Age", age);
    const storage = policy.decide(request, merged, this.#moments(now));
    if (!storage.isStored) {
      this.#land("not-stored");
      return { replace: cache.answerWith(request, { ...entry, headers }, now, report) };
    }
    const fresh = {
      status,
      reason,
      times: storage.times,
      headers: storedHeaders(headers, storage.left, new Set()),
    };
    this.#pending = { stored: storage, head: fresh, fields: merged.headers };
    this.#kept = entry.body;
    return {
      replace: cache.answerWith(request, { ...fresh, body: entry.body }, now, { ...report, stored: true }),
    };
  }

  /** Returns the stale entry where the handler failed and it may stand in (RFC 5861 §4). */
  #standIn(now: number, forwardStatus: number | undefined): Answer | undefined {
    const { cache, policy, request, lookup, forward } = this.#miss;
    const { entry } = lookup;
    if (entry === undefined || !policy.mayStandIn(entry, now)) return undefined;
    this.#land("not-stored");
    return cache.answerWith(request, entry, now, { hit: true, forward, forwardStatus });
  }

  async #save({ stored, head }: Pending, body: NewEntry["body"]): Promise<void> {
    const { store, lookup } = this.#miss;
    const { status, reason, headers, times } = head;
    if (!headers.has("content-length") && status !== 204) {
      headers.append("Content-Length", String(body.length));
    }
    const isSaved = await store.save(lookup, { status, reason, headers, times, body }, stored);
    this.#land(isSaved ? "stored" : "not-stored");
  }

  #land(landing: Landing): void {
    if (this.#hasLanded) return;
    this.#hasLanded = true;
    this.#miss.landed(landing);
  }
}

/** Returns the fields that ask whether a stale entry is still good (RFC 9111 §4.3.1). */
function validatorsFor(entry: Entry | undefined): (readonly [string, string])[] {
  const tag = entry?.headers.get("etag");
  const modified = entry?.headers.get("last-modified");
  const fields: (readonly [string, string])[] = [];
  if (tag) fields.push(["if-none-match", tag]);
  if (modified) fields.push(["if-modified-since", modified]);
  return fields;
}

/** Whether a 304 is about the stored response: one with another strong tag is about another (RFC 9111 §4.3.4). */
function isSameRepresentation(entry: Entry, { headers }: SentHead): boolean {
  const fresh = headers.get("etag");
  const stored = entry.headers.get("etag");
  return fresh === null || stored === null || fresh.startsWith("W/") || weakMatch(fresh, stored);
}

/** Whether what went out has a cookie, or varies on something, that the response had not. */
function addsTo(fields: HeaderList, sent: LineReader): boolean {
  if (sent.has("set-cookie") && !fields.has("set-cookie")) return true;
  return namesOutside(sent).some((name) => !hasVaryHeader(fields, name));
}

/** Returns what a sent response varies on, but for its coding: whoever codes outside does that to each hit anew. */
function namesOutside(sent: LineReader): string[] {
  return listMembers(sent.get("vary")).filter((name) => name.toLowerCase() !== "accept-encoding");
}

/** Whether the key of a response tells its coding: keys hold only which of the known ones are accepted. */
function isKeyed({ names }: Stored, { headers }: SentHead): boolean {
  return !names.includes("accept-encoding") || isKnownCoding(headers.get("content-encoding"));
}
