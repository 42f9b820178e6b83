import { fileURLToPath } from "node:url";
import { fragment } from "@cullet/templates";
import ejs from "ejs";

const PAGE = fileURLToPath(new URL("views/page.ejs", import.meta.url));

/** Renders the page, whose views call `cached` for what is to be kept in `cache`. */
export function renderPage(cache, data) {
  const cached = (options, render) => fragment(cache, options, render);
  return ejs.renderFile(PAGE, { ...data, cached }, { async: true });
}
