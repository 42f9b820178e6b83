import { type Item, isInnerList, parseDictionary } from "structured-headers";

/** What of a URL's query says nothing (draft-ietf-httpbis-no-vary-search §5). */
export interface SearchRule {
  /** Whether parameters of different names may change places. */
  readonly ignoresOrder: boolean;
  /** Whether all parameters are ignored but those named, in place of those named. */
  readonly ignoresAll: boolean;
  readonly names: readonly string[];
}

const MEMBERS = new Set(["key-order", "params", "except"]);
// More would make every lookup slow.
const MOST_NAMES = 64;

/** Returns what a No-Vary-Search field says; `undefined` where the whole query counts, or the field cannot be read. */
export function parseNoVarySearch(field: string | null): SearchRule | undefined {
  if (field === null) return undefined;
  try {
    return ruleIn(new Map(parseDictionary(field)));
  } catch {
    return undefined;
  }
}

/**
 * Returns `query`, without its `?`, in a form that all queries have that are the same by `rule`. One that is not UTF-8 is the
 * same as itself only: what it decodes to is also that of others.
 */
export function queryUnder({ ignoresOrder, ignoresAll, names }: SearchRule, query: string): string {
  const all = [...new URLSearchParams(query)];
  if (all.flat().some((text) => text.includes("\ufffd"))) return `=${query}`;
  const kept = all.filter(([name]) => names.includes(name) === ignoresAll);
  // Stable, so that parameters of one name stay in their order.
  if (ignoresOrder) kept.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return JSON.stringify(kept);
}

type Member = ReturnType<typeof parseDictionary> extends Map<string, infer M> ? M : never;

function ruleIn(said: ReadonlyMap<string, Member>): SearchRule | undefined {
  for (const name of said.keys()) if (!MEMBERS.has(name)) return undefined;
  const order = said.get("key-order");
  const params = said.get("params");
  const except = said.get("except");
  const ignoresOrder = order?.[0] ?? false;
  if (typeof ignoresOrder !== "boolean") return undefined;
  const ignoresAll = params?.[0] === true;
  if (except !== undefined && !ignoresAll) return undefined;
  const names = ignoresAll ? namesIn(except) : params?.[0] === false ? [] : namesIn(params);
  if (names === undefined) return undefined;
  return ignoresOrder || ignoresAll || names.length > 0 ? { ignoresOrder, ignoresAll, names } : undefined;
}

/** Returns the names in a list of strings, sorted; `undefined` where it is none. */
function namesIn(member: Member | undefined): string[] | undefined {
  if (member === undefined) return [];
  if (!isInnerList(member)) return undefined;
  const names = member[0].map(([name]: Item) => (typeof name === "string" ? decoded(name) : undefined));
  if (names.length > MOST_NAMES || names.some((name) => name === undefined)) return undefined;
  return [...new Set(names as string[])].sort();
}

/** Returns the name of a parameter as a query has it. */
function decoded(name: string): string | undefined {
  const [[read] = []] = new URLSearchParams(name.replaceAll("&", "%26").replaceAll("=", "%3D"));
  return read;
}
