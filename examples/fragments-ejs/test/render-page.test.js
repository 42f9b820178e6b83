import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { fragmentKey } from "@cullet/templates";
import { renderPage } from "../render-page.js";

it("renders the part once for all who ask together, and for those after them", async () => {
  const cache = createCache({ backend: locmem, location: "test" });
  let searches = 0;
  const findBestsellers = async (language) => {
    searches += 1;
    return [`Pride & Prejudice (${language})`];
  };
  const render = (user, language) => renderPage(cache, { user, language, findBestsellers });
  const pages = await Promise.all(["<Ada>", "Bob"].map((user) => render(user, "en")));
  const list = '<ul lang="en">\n  <li>Pride &amp; Prejudice (en)</li>\n</ul>\n\n';
  assert.deepEqual(pages, [`<h1>Shop of &lt;Ada&gt;</h1>\n${list}`, `<h1>Shop of Bob</h1>\n${list}`]);
  assert.equal(await render("Bob", "en"), pages[1]);
  assert.equal(searches, 1);
  assert.match(await render("Bob", "fr"), /\(fr\)/);
  assert.equal(searches, 2);
  assert.equal(await cache.delete(fragmentKey("bestsellers", ["en"])), true);
  await render("Bob", "en");
  assert.equal(searches, 3);
  await cache.close();
});

it("runs as its README says", async () => {
  const app = fileURLToPath(new URL("../app.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [app]);
  assert.equal(stdout.match(/looking for bestsellers in en/g).length, 1);
  assert.equal(stdout.match(/<li>Pride &amp; Prejudice<\/li>/g).length, 2);
});
