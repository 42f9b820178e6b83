import type { Layer } from "../layer.js";
import type { ResponseHead } from "../message/message.js";
import { addDirectives } from "./cache-control.js";
import { type CacheControlDirectives, readDirectives } from "./directives.js";
import { addNeverCacheHeaders } from "./lifetime.js";
import { patchVaryHeaders } from "./vary.js";

/**
 * Adds directives to Cache-Control, as `patchCacheControl` does. A response that tells of a failure of the server (5xx) is
 * left alone, since no cache is to keep that for as long as a page.
 *
 * @throws TypeError naming the directive and what came, where that cannot be written.
 */
export function cacheControlLayer(directives: CacheControlDirectives): Layer {
  const added = readDirectives(directives);
  return headLayer("cacheControl", ({ status, headers }) => {
    if (status < 500) addDirectives(headers, added);
  });
}

/** Tells every cache not to keep the response. */
export function neverCacheLayer(): Layer {
  return headLayer("neverCache", ({ headers }) => addNeverCacheHeaders(headers));
}

/**
 * Says that the response depends on these fields of the request.
 *
 * @throws TypeError naming what came, if a name is neither the name of a field nor `*`.
 */
export function varyOnHeadersLayer(...names: readonly string[]): Layer {
  patchVaryHeaders(new Headers(), names);
  return headLayer("varyOnHeaders", ({ headers }) => patchVaryHeaders(headers, names));
}

/** Says that the response depends on the request's cookies. */
export function varyOnCookieLayer(): Layer {
  return headLayer("varyOnCookie", ({ headers }) => patchVaryHeaders(headers, ["Cookie"]));
}

function headLayer(name: string, patch: (head: ResponseHead) => void): Layer {
  return {
    name,
    begin: () => ({
      exchange: {
        head(head) {
          patch(head);
          return undefined;
        },
        ended: () => undefined,
      },
    }),
  };
}
