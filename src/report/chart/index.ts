export type {
  Axis,
  AxisFormat,
  Bar,
  BarChart,
  Chart,
  Line,
  LineChart,
  MarkedPoint,
  MatrixChart,
  Strip,
  StripChart,
  WorldChart,
} from './chart.ts';
export { drawChart, escapeMarkup } from './draw.ts';
export type { DrawDocument, DrawOptions } from './drawing.ts';
export { chartPng, chartSvg, type PictureOptions } from './export.ts';
export {
  type ReliabilityInput,
  type ReliabilityPoint,
  reliabilityDiagram,
} from './reliability.ts';
export { THEME_CSS, type ThemeName, theme } from './theme.ts';
