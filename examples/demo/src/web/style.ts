import { Html } from "./html.js";

/** The look of the page, which loads nothing from elsewhere. */
export const style = new Html(`
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #3a4049); --muted: light-dark(#5b6470, #a0a8b4);
  --accent: light-dark(#0a6c74, #58c4cd); --panel: light-dark(#f6f7f9, #1d2127); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.25rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; }
h1 a { color: inherit; text-decoration: none; }
h2 { margin: 0 0 .5rem; font-size: 1.125rem; }
a { color: var(--accent); }
header p, .muted { margin: .25rem 0; color: var(--muted); }
main { display: grid; grid-template-columns: minmax(0, 1fr) 18rem; gap: 2rem; margin-top: 1.5rem; }
@media (max-width: 48rem) { main { grid-template-columns: minmax(0, 1fr); } }
form.ask { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1.5rem; }
form.inline { display: inline; }
select, button { padding: .4rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--panel);
  color: inherit; font: inherit; max-width: 100%; }
form.ask button { border-color: var(--accent); background: var(--accent); color: light-dark(#fff, #0e1216); }
.headline { font-size: 1.25rem; line-height: 1.35; margin: 0 0 .5rem; }
.source { display: inline-block; padding: 0 .5rem; border-radius: 1rem; background: var(--accent);
  color: light-dark(#fff, #0e1216); }
.source.miss, .source.shared { background: light-dark(#9a5b00, #e0a44a); }
svg { display: block; width: 100%; max-height: 32rem; margin: 1rem 0; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--panel); }
svg .towns { stroke: var(--muted); stroke-width: 2; stroke-linecap: round; opacity: .55; }
svg polyline { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg circle { fill: var(--accent); stroke: var(--panel); stroke-width: 2; }
aside { display: flex; flex-direction: column; gap: 1.5rem; font-size: .9375rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .5rem .2rem 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: normal; }
th { color: var(--muted); }
aside td:last-child { text-align: right; padding-right: 0; }
ul { margin: 0; padding-left: 1.1rem; }
footer { margin-top: 2rem; color: var(--muted); font-size: .875rem; }
`);
