import { createCache } from "@cullet/core";
import { cachePage, cacheSite, neverCache } from "@cullet/http";

const cache = createCache("locmem:///");
const page = () => new Response(`made at ${new Date().toISOString()}`);
const news = cachePage("1m", { cache })(page);
const account = neverCache()(page);

function site(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/news") return news(request);
  return pathname === "/account" ? account(request) : page();
}

export default { fetch: cacheSite({ cache, seconds: "10m" })(site) };
