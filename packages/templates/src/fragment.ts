import { AsyncLocalStorage } from "node:async_hooks";
import { type Awaitable, argumentKey, type Cache, describe, type GetOrSetOptions } from "@cullet/core";

/** What a fragment is told: what it is called, and how it is kept. */
export interface FragmentOptions extends GetOrSetOptions {
  /** What this part of the pages is called. */
  name: string;
  /** What it differs by: its users, languages, pages of a list. @default nothing */
  vary?: readonly unknown[];
}

interface Place {
  readonly cache: Cache;
  readonly key: string;
}

/** The fragments that are being rendered around what runs. */
const around = new AsyncLocalStorage<readonly Place[]>();

/**
 * Returns the text of a fragment: the one in the cache, else the one that `render` makes, which is kept as `getOrSet` keeps
 * it. Those who miss it together render it once. An empty text is kept too.
 *
 * @throws TypeError where `render` gives no text, or something in `vary` has no value to tell it by.
 */
export async function fragment(
  cache: Cache,
  { name, vary, ...options }: FragmentOptions,
  render: () => Awaitable<string>,
): Promise<string> {
  checkCache(cache);
  const key = fragmentKey(name, vary);
  const places = around.getStore() ?? [];
  // One that waited for itself would wait for ever.
  if (places.some((place) => place.cache === cache && place.key === key)) return textOf(name, render);
  return cache.getOrSet(
    key,
    () => around.run([...places, { cache, key }], () => textOf(name, render)),
    options,
  );
}

/**
 * Returns the key of a fragment, to drop it by: `cache.delete(fragmentKey("sidebar", [user.name]))`. Fragments that differ
 * in their name, or in the value or type of what they vary by, never share one.
 *
 * @throws TypeError naming what makes no key.
 */
export function fragmentKey(name: string, vary: readonly unknown[] = []): string {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`the name of a fragment must be text that is not empty; got ${describe(name)}`);
  }
  if (!Array.isArray(vary)) {
    throw new TypeError(`what a fragment varies by must be a list; got ${describe(vary)}`);
  }
  return argumentKey("template.cache", [name, ...vary], "fragment");
}

/** @throws TypeError naming what came, if it is no cache. */
export function checkCache(cache: Cache): void {
  // Not by its class, of which an application may have several.
  if (typeof cache?.getOrSet === "function") return;
  throw new TypeError(`fragments need a cache; got ${describe(cache)}`);
}

async function textOf(name: string, render: () => Awaitable<string>): Promise<string> {
  const text = await render();
  // Engines mark a text as safe by wrapping it in an object.
  if (typeof text === "string" || (text as unknown) instanceof String) return String(text);
  throw new TypeError(`the fragment ${JSON.stringify(name)} must be rendered to text; got ${describe(text)}`);
}
