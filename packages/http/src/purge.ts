import { ArgumentError, Cache, describe } from "@cullet/core";
import { purgeUrl } from "./entry/page-store.js";

const PLAIN = /^[\x21-\x7e]+$/;

/**
 * Drops every variant of the page at `url` from a cache, whichever layer and key prefix stored it; also what is being made
 * now is not stored.
 *
 * @param url absolute, as the page is asked for: the query counts, a fragment does not.
 * @throws TypeError where `url` is no absolute URL of http or https, or `cache` is no cache.
 * @throws BackendError where the store said no or is not there.
 */
export async function purge(cache: Cache, url: string | URL): Promise<void> {
  if (!(cache instanceof Cache)) {
    throw new ArgumentError(`purge needs a cache, made by createCache; got ${describe(cache)}`);
  }
  await purgeUrl(cache, absolute(url));
}

/** Keeps the URL as it is written, since pages are stored under the URL that was asked for, dots and all. */
function absolute(url: string | URL): string {
  const text = String(url);
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new ArgumentError(`url must be an absolute URL of http or https; got ${describe(url)}`);
  }
  return PLAIN.test(text) ? text : parsed.href;
}
