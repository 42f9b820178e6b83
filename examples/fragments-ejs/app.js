import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { renderPage } from "./render-page.js";

const cache = createCache({ backend: locmem, location: "pages" });

async function findBestsellers(language) {
  console.log(`looking for bestsellers in ${language}`);
  return ["Pride & Prejudice", "Middlemarch"];
}

for (const user of ["Ada", "Bob"]) {
  console.log(await renderPage(cache, { user, language: "en", findBestsellers }));
}
await cache.close();
