export { benchmarkHead, benchmarkPage, benchmarkRow, benchmarkText } from './benchmark-page.ts';
export * from './chart/index.ts';
export { type DataCardInput, dataCardPage } from './data-card.ts';
export {
  confusionChart,
  evaluationPage,
  rankingCharts,
  reliabilityChart,
  viewCharts,
} from './evaluation-page.ts';
export * from './explore/index.ts';
export { type CardInput, INTENDED_USE, modelCard, modelCardPage } from './model-card.ts';
export { type Block, type Cell, type Page, pageCharts, pageHtml, type Section } from './page.ts';
export { markdownOf } from './page-markdown.ts';
export { reproducePage } from './reproduce-page.ts';
export {
  trainingCharts,
  trainingPage,
  trainingSection,
} from './training-page.ts';
export { transferPage } from './transfer-page.ts';
