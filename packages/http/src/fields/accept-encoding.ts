import { listMembers, trim } from "./field-list.js";

/** How much a client wants each content coding: its weight, 0 for not at all. */
export type CodingWeights = (coding: string) => number;

const IDENTITY = "identity";

// Less than any weight that can be said, since a client that lists codings wants one of them.
const WEIGHT_OF_IDENTITY = 0.000_1;

// The old names that mean the same coding (RFC 9110 §8.4.1).
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["x-gzip", "gzip"],
  ["x-compress", "compress"],
]);

// What servers are known to send, in the order of the alphabet.
const KNOWN_CODINGS: readonly string[] = ["br", "compress", "deflate", "gzip", IDENTITY, "zstd"];

const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * Returns what Accept-Encoding says of any coding (RFC 9110 §12.5.3). `*` speaks for those that are not listed;
 * `identity`, no coding at all, is the last choice unless it is listed or refused. A client that sends no such field
 * gets no coding, since it may know none. A member with a malformed weight counts for nothing.
 */
export function codingWeights(field: string | null): CodingWeights {
  const weights = new Map<string, number>();
  for (const member of listMembers(field)) {
    const [name = "", ...parameters] = member.toLowerCase().split(";").map(trim);
    const weight = parseWeight(parameters);
    if (weight !== undefined) weights.set(OLD_NAMES.get(name) ?? name, weight);
  }
  return (coding) =>
    weights.get(coding) ?? weights.get("*") ?? (coding === IDENTITY ? WEIGHT_OF_IDENTITY : 0);
}

/**
 * Returns the coding to answer with: of `offered` the one that the client wants most, the first of equals; `undefined`
 * for none, where it wants no coding more, or accepts nothing that is offered.
 */
export function negotiateCoding<Coding extends string>(
  field: string | null,
  offered: readonly Coding[],
): Coding | undefined {
  const weigh = codingWeights(field);
  let best: Coding | undefined;
  let most = weigh(IDENTITY);
  for (const coding of offered) {
    const weight = weigh(coding);
    if (weight === 0 || (best === undefined ? weight < most : weight <= most)) continue;
    best = coding;
    most = weight;
  }
  return best;
}

/**
 * Returns what of Accept-Encoding may tell two pages apart in a cache: the known codings that are accepted. There are
 * only so many of these lists, however clients spell the field. A page in a coding that is none of `isKnownCoding`
 * must not be kept by it.
 */
export function acceptedCodings(field: string | null): string {
  const weigh = codingWeights(field);
  return KNOWN_CODINGS.filter((coding) => weigh(coding) > 0).join(", ");
}

/** Whether a Content-Encoding is one coding that `acceptedCodings` tells of, or missing. */
export function isKnownCoding(contentEncoding: string | null): boolean {
  return contentEncoding === null || KNOWN_CODINGS.includes(contentEncoding.toLowerCase());
}

function parseWeight(parameters: readonly string[]): number | undefined {
  const [parameter, ...others] = parameters;
  if (parameter === undefined) return 1;
  const [, weight] = WEIGHT.exec(parameter) ?? [];
  return weight === undefined || others.length > 0 ? undefined : Number(weight);
}
