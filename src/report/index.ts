export { benchmarkHead, benchmarkPage, benchmarkRow, benchmarkText } from './benchmark-page.ts';
export * from './chart/index.ts';
export { confusionChart, evaluationPage, viewCharts } from './evaluation-page.ts';
export * from './explore/index.ts';
export { type CardInput, modelCard } from './model-card.ts';
export { type Block, type Cell, type Page, pageHtml, type Section } from './page.ts';
export { reproducePage } from './reproduce-page.ts';
export { transferPage } from './transfer-page.ts';
