// Stores and touches sessions again and again, as requests do that are late, on the built package:
// `node late.js <uri> <id> …`. Says `ready` when it has stored each once, and goes on until it is told to end.
import { setImmediate } from "node:timers/promises";
import { createCache } from "@cullet/core";
import { CulletStore } from "@cullet/session/express";

const [uri, ...ids] = process.argv.slice(2);
const cache = createCache(uri, { from: import.meta.url });
const store = new CulletStore({ cache });
const session = () => ({ cookie: { originalMaxAge: 60_000 }, from: process.pid });
const each = (work) => Promise.all(ids.map((id) => work(id)));

let isToldToEnd = false;
process.once("message", () => {
  isToldToEnd = true;
});
await each((id) => store.set(id, session()));
process.send("ready");
while (!isToldToEnd) {
  await each((id) => Promise.all([store.set(id, session()), store.touch(id, session())]));
  // A store that answers at once would leave no time for the message.
  await setImmediate();
}
await cache.close();
process.disconnect();
