import type { Cache } from "@cullet/core";
import { type FragmentOptions, fragment } from "@cullet/templates";
import { raw } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";

interface CachedProps extends FragmentOptions {
  cache: Cache;
  /** A function, since elements that stand there as they are would be made before it is known whether they are needed. */
  children: () => JSX.Element | Promise<JSX.Element>;
}

/** A component whose output is kept in a cache: its text comes back as HTML that was escaped already. */
export async function Cached({ cache, children, ...options }: CachedProps) {
  const text = await fragment(cache, options, async () => (await children()).toString());
  return raw(text);
}
