import type { Answer, AtlasStats, Question, Served, Source } from "../atlas.js";
import { formatDuration, formatPercent } from "../format.js";
import { jobNames, jobs } from "../jobs/jobs.js";
import { countries } from "../towns.js";
import { type Html, html } from "./html.js";
import { drawMap } from "./map.js";
import { style } from "./style.js";

/** An answer as a visitor sees it. */
interface Shown extends Served {
  /** How long the answer was waited for. */
  readonly waitedMs: number;
  /** For how long it is still kept: `null` for ever, `undefined` where it is not. */
  readonly secondsLeft: number | null | undefined;
}

/** What is on the page. */
export interface PageContent {
  readonly asked: Question | undefined;
  readonly shown: Shown | undefined;
  readonly kept: readonly Answer[];
  readonly visits: number;
  readonly stats: AtlasStats;
}

const SOURCES: Readonly<Record<Source, string>> = {
  hit: "from the cache",
  miss: "computed for you",
  shared: "computed for another caller who asked just before",
};

/** Returns the whole page. */
export function renderPage({ asked, shown, kept, visits, stats }: PageContent): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${shown ? `${jobs[shown.answer.job].title}: ${nameOf(shown.answer)}` : "Atlas of slow answers"}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1><a href="/">Atlas of slow answers</a></h1>
<p>Questions about the towns of a country that take long to answer, and are answered once: Cullet keeps what was found.</p>
</header>
<main>
<section>
${renderForm(asked)}
${shown && renderAnswer(shown)}
${jobNames.map((name) => html`<p class="muted"><b>${jobs[name].title}</b> ${jobs[name].about}</p>`)}
</section>
<aside>
${renderKept(kept)}
${renderStats(stats, visits)}
</aside>
</main>
<footer>Towns: <a href="https://www.geonames.org/">GeoNames</a>, CC BY 4.0.</footer>
</body>
</html>
`.toString();
}

/** Returns the address of a question, below `path`. */
export function addressOf(path: string, { job, country }: Question): string {
  return `${path}?${new URLSearchParams({ job, country })}`;
}

function renderForm(asked: Question | undefined): Html {
  const byName = [...countries.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return html`<form class="ask" action="/">
<select name="job" aria-label="Question">
${jobNames.map((name) => renderOption(name, jobs[name].title, name === asked?.job))}
</select>
<select name="country" aria-label="Country">
${byName.map(({ code, name }) => renderOption(code, name, code === asked?.country))}
</select>
<button>Answer</button>
</form>`;
}

function renderOption(value: string, label: string, selected: boolean): Html {
  return html`<option value="${value}"${selected ? html` selected` : undefined}>${label}</option>`;
}

function renderAnswer({ answer, source, waitedMs, secondsLeft }: Shown): Html {
  const { finding, tookMs, computedAt } = answer;
  const country = countries.get(answer.country);
  return html`<article>
<p class="headline">${finding.headline}</p>
<p><span class="source ${source}">${SOURCES[source]}</span> in ${formatDuration(waitedMs)}</p>
<p class="muted">The job took ${formatDuration(tookMs)}, at ${computedAt.toISOString()}. ${renderLife(secondsLeft)}
${renderButton("Keep for a day", "/keep", answer)} ${renderButton("Forget", "/forget", answer)}</p>
${country && drawMap(country, finding)}
<details><summary>${finding.rows.length} rows</summary>
<table>
<tr>${finding.columns.map((column) => html`<th>${column}</th>`)}</tr>
${finding.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
</table>
</details>
</article>`;
}

function renderLife(secondsLeft: number | null | undefined): string {
  if (secondsLeft === undefined) return "It is not kept.";
  if (secondsLeft === null) return "It is kept for good.";
  return `It is kept for another ${Math.ceil(secondsLeft)} s.`;
}

function renderButton(label: string, path: string, question: Question): Html {
  return html`<form class="inline" method="post" action="${addressOf(path, question)}"><button>${label}</button></form>`;
}

function renderKept(kept: readonly Answer[]): Html {
  if (kept.length === 0)
    return html`<section><h2>In the cache</h2><p class="muted">Nothing yet.</p></section>`;
  return html`<section><h2>In the cache</h2>
<ul>${kept.map(
    (answer) =>
      html`<li><a href="${addressOf("/", answer)}">${jobs[answer.job].title}, ${nameOf(answer)}</a></li>`,
  )}</ul></section>`;
}

function renderStats({ answers, jobsRun, cache }: AtlasStats, visits: number): Html {
  const { hit, miss, shared } = answers;
  const rows: [string, string | number][] = [
    ["Visits", visits],
    ["Answers from the cache", hit],
    ["Answers computed", miss],
    ["Answers shared", shared],
    ["Hit ratio", formatPercent(hit, hit + miss + shared)],
    ["Jobs run", jobsRun],
    ...Object.entries(cache).map(([name, count]): [string, number] => [`Cache: ${name}`, count]),
  ];
  return html`<section><h2>Since the start</h2>
<table>${rows.map(([name, value]) => html`<tr><td>${name}</td><td>${value}</td></tr>`)}</table></section>`;
}

function nameOf({ country }: Question): string {
  return countries.get(country)?.name ?? country;
}
