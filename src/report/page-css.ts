import { THEME_CSS } from './chart/index.ts';

/** The style sheet of a page: light or dark as the reader likes it, narrow screens, and print. */
export const PAGE_CSS = `
${THEME_CSS}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 1.5rem 1.25rem 4rem; color: var(--ws-ink);
  background: var(--ws-paper); font: 15px/1.5 system-ui, 'DejaVu Sans', sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; border-bottom: 1px solid var(--ws-faint);
  padding-bottom: .2rem; overflow-wrap: anywhere; }
p, li { max-width: 90ch; overflow-wrap: anywhere; }
.lead, footer, figcaption { color: var(--ws-faint); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
a { color: var(--ws-plus); }
figure { margin: .8rem 0; }
figcaption { font-size: .87rem; padding-bottom: .3rem; max-width: 90ch; }
/* Shadows at the sides while there is more to scroll to. */
.wide { overflow-x: auto; max-width: 100%; background:
    linear-gradient(to right, var(--ws-paper) 1.4rem, transparent) left / 2.4rem 100% no-repeat local,
    linear-gradient(to left, var(--ws-paper) 1.4rem, transparent) right / 2.4rem 100% no-repeat local,
    radial-gradient(farthest-side at left, #0004, transparent) left 1px top 0 / .8rem 100% no-repeat scroll,
    radial-gradient(farthest-side at right, #0004, transparent) right 1px top 0 / .8rem 100% no-repeat scroll; }
.wide svg { max-width: none; display: block; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .22rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, var(--ws-faint) 35%, transparent); }
td { max-width: 72ch; overflow-wrap: break-word; }
th { white-space: nowrap; vertical-align: bottom; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--ws-paper); }
.n { text-align: right; white-space: nowrap; }
.charts, .beside { display: flex; flex-wrap: wrap; gap: 1.6rem 2rem; margin: 1rem 0;
  align-items: flex-start; }
.charts > div, .beside > div { flex: 0 1 auto; min-width: 0; max-width: 100%; break-inside: avoid; }
.beside { gap: .4rem 2.5rem; } .beside .charts { margin: .8rem 0; }
.broad svg, .narrow svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; } .narrow svg { width: 100%; max-width: 480px; }
pre { overflow-x: auto; padding: .7rem; font-size: .85rem; white-space: pre-wrap;
  overflow-wrap: anywhere; background: color-mix(in srgb, var(--ws-faint) 12%, transparent); }
/* A broken line would part a dash from its option. */
@media screen { pre.command { white-space: pre; } }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 3rem; font-size: .85rem; }
@media (max-width: 600px) {
  body { padding: 1rem .9rem 3rem; }
  h2 { margin-top: 1.8rem; }
  .narrow { display: block; } .broad { display: none; }
  th { white-space: normal; } td { max-width: 34ch; }
  table:not(:has(tr > :nth-child(3))) td + td { overflow-wrap: anywhere; }
  /* More columns than fit: better to scroll than to break every word. */
  table:has(tr > :nth-child(4)) { width: max-content; }
  th:first-child, td:first-child { max-width: 40vw; overflow-wrap: break-word; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11px; }
  nav { display: none; } h2 { break-after: avoid; } tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .wide { overflow: visible; background: none; } .wide svg { max-width: 100%; height: auto; }
  table { font-size: .8em; } th, .n { white-space: normal; }
  th, td { padding: .15rem .35rem; overflow-wrap: anywhere; min-width: 5.2em; }
  figcaption, pre { font-size: .9em; }
  th:first-child, td:first-child { position: static; }
  pre { white-space: pre-wrap; }
}
`;
