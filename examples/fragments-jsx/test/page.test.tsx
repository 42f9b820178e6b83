import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { fragmentKey } from "@cullet/templates";
import { expect, it } from "vitest";
import { Page } from "../src/page.js";

it("renders the part once for all who ask together, and for those after them", async () => {
  await using cache = createCache({ backend: locmem, location: "test" });
  let searches = 0;
  const findBestsellers = async (language: string) => {
    searches += 1;
    return [`Pride & Prejudice (${language})`];
  };
  const render = async (user: string, language: string) =>
    String(
      await (
        <Page cache={cache} user={user} language={language} findBestsellers={findBestsellers} />
      ).toString(),
    );
  const pages = await Promise.all(["<Ada>", "Bob"].map((user) => render(user, "en")));
  const list = '<ul lang="en"><li>Pride &amp; Prejudice (en)</li></ul>';
  expect(pages).toEqual([
    `<main><h1>Shop of &lt;Ada&gt;</h1>${list}</main>`,
    `<main><h1>Shop of Bob</h1>${list}</main>`,
  ]);
  expect(await render("Bob", "en")).toBe(pages[1]);
  expect(searches).toBe(1);
  expect(await render("Bob", "fr")).toContain("(fr)");
  expect(await cache.delete(fragmentKey("bestsellers", ["en"]))).toBe(true);
  await render("Bob", "en");
  expect(searches).toBe(3);
});

it("runs as its README says", async () => {
  const app = fileURLToPath(new URL("../dist/app.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [app]);
  expect(stdout.match(/looking for bestsellers in en/g)).toHaveLength(1);
  expect(stdout.match(/<li>Pride &amp; Prejudice<\/li>/g)).toHaveLength(2);
});
