export * from './chart/index.ts';
export * from './explore/index.ts';
export { type CardInput, modelCard } from './model-card.ts';
export { type Block, type Cell, type Page, pageHtml, type Section } from './page.ts';
