export type {
  Association,
  ColumnSummary,
  Counted,
  Distribution,
  Exploration,
  Finding,
  LeakScan,
  NumberSummary,
  Place,
  TextSummary,
  TimeLine,
} from './exploration.ts';
export { type ExploreInput, type ExploreOptions, explore } from './explore.ts';
export { listed } from './findings.ts';
export { explorePage } from './page.ts';
export { type CountryOf, countryLookup } from './places.ts';
export { exploreText } from './text.ts';
