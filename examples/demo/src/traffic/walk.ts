import { type Asking, type Seen, Visitor } from "./visitor.js";

/** A request to the site, and what it shows. */
export interface Step extends Seen {
  readonly shows: string;
}

const HOME = "/";
const FRANCE = "/countries/FR";
const TOWNS = "/countries/FR/towns";
const ACCOUNT = "/account";

/** Walks through the site as three visitors, of whom two log in, one request after the other. */
export async function walkSite(address: string, signal: AbortSignal): Promise<Step[]> {
  const nobody = new Visitor("nobody", address, signal);
  const ada = new Visitor("Ada", address, signal);
  const bob = new Visitor("Bob", address, signal);
  const walk: readonly (readonly [Visitor, Asking, shows: string])[] = [
    [nobody, { path: HOME }, "A miss: the site had no such page, makes it, and keeps it for ten minutes."],
    [nobody, { path: HOME }, "A hit, per site: no handler runs."],
    [nobody, { path: HOME, ifChanged: true }, "304: who has the page gets a head alone, from the cache too."],
    [nobody, { path: FRANCE }, "A page with a slow part, which is kept as a fragment as well."],
    [nobody, { path: FRANCE }, "A hit. What is said of the fragment is from when the page was made."],
    [nobody, { path: TOWNS }, "A miss of both caches: this one page has a cache of its own, per view."],
    [ada, { path: "/login", form: { user: "Ada" } }, "Ada logs in. What sets a cookie is never kept."],
    [bob, { path: "/login", form: { user: "Bob" } }, "So does Bob."],
    [ada, { path: FRANCE }, "Ada's page is made for her, around the fragment, which all share: a hit."],
    [bob, { path: FRANCE }, "Bob does not get Ada's page, at the same address."],
    [nobody, { path: FRANCE }, "Nor does anybody else: the page that welcomes nobody is still the one kept."],
    [ada, { path: TOWNS }, "A hit, per view: the same for all, so who is logged in gets it as well."],
    [ada, { path: ACCOUNT }, "Ada's account: it says itself that nobody may keep it."],
    [nobody, { path: ACCOUNT }, "Who is not logged in is sent to do so."],
    [ada, { path: `${FRANCE}/refresh`, form: {} }, "A purge of the page for all."],
    [nobody, { path: FRANCE }, "A miss again; the fragment was kept, so it is not slow."],
  ];
  const steps: Step[] = [];
  for (const [visitor, asking, shows] of walk) steps.push({ ...(await visitor.ask(asking)), shows });
  return steps;
}
