import { judge } from "../conditional/answers.js";
import { ifRangeMatches, isConditional } from "../conditional/preconditions.js";
import { type Validators, validatorsOf } from "../conditional/validators.js";
import type { Entry } from "../entry/entry.js";
import { parseHttpDate } from "../fields/http-date.js";
import { formatContentRange, parseRange } from "../fields/range.js";
import { HeaderList } from "../message/header-list.js";
import type { Answer, RequestData } from "../message/message.js";

/**
 * Returns what `entry` answers `request` with: the whole, a part, that nothing changed, or that a precondition failed (RFC
 * 9111 §4.3.2, RFC 9110 §13.2.2, §14.2).
 *
 * @param headers those of the entry with what is added for this use; they become the answer's own.
 */
export function answerFrom(request: RequestData, entry: Entry, headers: HeaderList): Answer {
  const { status, reason, body } = entry;
  const answer = { status, reason, headers, body: request.method === "HEAD" ? null : body };
  if (status < 200 || status > 299 || !isConditional(request)) return answer;
  const judged = judge(request, answer, datedValidators(entry));
  if (judged !== undefined) return judged;
  return status === 200 && request.method === "GET" ? partOf(request, answer, body) : answer;
}

/** Returns a 504, for who wanted only what is stored (RFC 9111 §5.2.1.7). */
export function gatewayTimeout(): Answer {
  return { status: 504, reason: "", headers: new HeaderList([["Content-Length", "0"]]), body: null };
}

/** Returns what tells the state of an entry: where nothing says when it changed, that it did not since (RFC 9111 §4.3.2). */
function datedValidators({ headers }: Entry): Validators {
  const validators = validatorsOf(headers);
  return { ...validators, lastModified: validators.lastModified ?? parseHttpDate(headers.get("date")) };
}

/** Returns the part that `request` asks for, else the whole. */
function partOf(request: RequestData, whole: Answer, body: Uint8Array): Answer {
  if (!request.headers.has("range")) return whole;
  const { headers } = whole;
  if (!ifRangeMatches(request, validatorsOf(headers))) return whole;
  const length = body.length;
  const range = parseRange(request.headers.get("range"), length);
  if (range === undefined) return whole;
  headers.set("Content-Range", formatContentRange(range, length));
  if (range === "unsatisfiable") {
    headers.set("Content-Length", "0");
    return { status: 416, reason: "", headers, body: null };
  }
  const part = body.subarray(range.start, range.end + 1);
  headers.set("Content-Length", String(part.length));
  return { status: 206, reason: "", headers, body: part };
}
