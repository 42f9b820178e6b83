/** What is known of a URL, whatever the layer and its prefix. All its entries are reached through it, so they go with it. */
export interface UrlRecord {
  /** Part of the keys of all its entries: with another one, none of them is found. */
  readonly generation: string;
  /** Whether the generation began with a purge: what began before it must not be stored. */
  readonly purged: boolean;
  /** When the record expires, in milliseconds since 1970. It outlives its entries. */
  readonly until: number;
  /** For each layer and prefix, the lists of fields that its responses vary on, the latest last. */
  readonly lists: Readonly<Record<string, readonly (readonly string[])[]>>;
}

// A response that varies now on this, now on that, is rare, and each list costs every lookup a key.
const MOST_LISTS = 8;

/** Returns what is stored of `record`: text, which can be told at a glance from another. */
export function writeRecord(record: UrlRecord): string {
  return JSON.stringify(record);
}

/** Returns what a store gave as a record; `undefined` where there is none. */
export function readRecord(stored: unknown): UrlRecord | undefined {
  if (typeof stored !== "string") return undefined;
  try {
    const record: unknown = JSON.parse(stored);
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(read: unknown): read is UrlRecord {
  if (typeof read !== "object" || read === null) return false;
  const { generation, purged, until, lists } = read as Partial<Record<keyof UrlRecord, unknown>>;
  return (
    typeof generation === "string" &&
    typeof purged === "boolean" &&
    typeof until === "number" &&
    typeof lists === "object" &&
    lists !== null &&
    Object.values(lists).every(areLists)
  );
}

/** Returns what is known of a URL of which this is the first response of `scope`, and varies on `names`. */
export function firstRecord(
  generation: string,
  scope: string,
  names: readonly string[],
  until: number,
): UrlRecord {
  // V8 takes its time for a literal with a computed name.
  const lists: Record<string, readonly (readonly string[])[]> = {};
  lists[scope] = [names];
  return { generation, purged: false, until, lists };
}

/** Returns the lists of fields that responses of `scope` vary on. */
export function listsOf(record: UrlRecord, scope: string): readonly (readonly string[])[] {
  return record.lists[scope] ?? [];
}

/** Whether `record` knows the list `names`, and will be there until `until`. */
export function covers(record: UrlRecord, scope: string, names: readonly string[], until: number): boolean {
  return record.until >= until && listsOf(record, scope).some((list) => isSame(list, names));
}

/** Returns `record` with the list `names` as the latest of `scope`, which will be there until `until`. */
export function withList(
  record: UrlRecord,
  scope: string,
  names: readonly string[],
  until: number,
): UrlRecord {
  const others = listsOf(record, scope).filter((list) => !isSame(list, names));
  const lists = [...others, names].slice(-MOST_LISTS);
  return { ...record, until: Math.max(record.until, until), lists: { ...record.lists, [scope]: lists } };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}

function areLists(lists: unknown): boolean {
  return Array.isArray(lists) && lists.every((list) => Array.isArray(list) && list.every(isString));
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
