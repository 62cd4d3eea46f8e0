export type {
  Analyse,
  AnalysisRequest,
  AnalysisWork,
  DetectionChoice,
  Findings,
  ModelChoice,
} from './analysis.ts';
export { runAnalysis } from './run-analysis.ts';
