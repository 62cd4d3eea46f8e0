export {
  type AbstentionMethod,
  abstentionName,
  chooseAbstention,
  limitFor,
} from './abstention.ts';
export {
  type Answers,
  type AnswersInput,
  type AnswersReport,
  answersReport,
  answersReports,
  classAnswers,
  harmAnswers,
} from './answers.ts';
export { type Band, type CurveBands, curveBands } from './bands.ts';
export { type Baseline, baselines } from './baselines.ts';
export {
  type Benchmark,
  type BenchmarkEntry,
  type BenchmarkFailure,
  type BenchmarkJournal,
  type BenchmarkOptions,
  benchmark,
} from './benchmark.ts';
export { openBenchmarkJournal } from './benchmark-journal.ts';
export { type AtPrevalence, type BinaryInput, type BinaryReport, binaryReport } from './binary.ts';
export {
  type BootstrapInput,
  bootstrapRanking,
  type RankingIntervals,
} from './bootstrap.ts';
export {
  type BudgetPoint,
  budgetCurve,
  type CostPoint,
  costCurve,
  recallAtBudget,
} from './budget-curve.ts';
export type { ClassesReport, ClassReport } from './classes.ts';
export {
  type CrossValidation,
  crossValidate,
  type FoldOptions,
  type FoldScore,
} from './cross-validate.ts';
export {
  type CurvePoint,
  expectedCalibrationError,
  prCurve,
  type ReliabilityBin,
  reliability,
  rocCurve,
} from './curve.ts';
export {
  checkElsewhere,
  ELSEWHERE_HEAD,
  ELSEWHERE_TEXT,
  type Elsewhere,
  elsewhereRows,
  elsewhereText,
  judgeElsewhere,
} from './elsewhere.ts';
export {
  type Comparison,
  compareModels,
  comparisonText,
  type EvaluateOptions,
  evaluateModel,
} from './evaluate-model.ts';
export {
  type BackgroundReport,
  type DetectedHost,
  type EvaluatedModel,
  type Evaluation,
  type JudgeInput,
  type JudgeOptions,
  judge,
  PREVALENCES,
} from './evaluation.ts';
export {
  abstentionText,
  answersRows,
  evaluationText,
  prevalenceRows,
  viewRows,
} from './evaluation-text.ts';
export {
  checkTraining,
  DEFAULT_SPLIT,
  type Scorer,
  type Stage,
  scoreRows,
  type Trained,
  type TrainOptions,
  trainModel,
  type Watch,
} from './experiment.ts';
export { figure, figureTable, measureText, percentText } from './figure-text.ts';
export { GROUPS, type GroupChoice, regrouped } from './groups.ts';
export type { HitCount, HitTable } from './hits.ts';
export * from './leak/index.ts';
export { type Interval, type Measure, measure, proportion, wilson } from './measure.ts';
export {
  alertsPerHour,
  alertsPerHourAt,
  balancedAccuracy,
  brier,
  type Confusion,
  classCounts,
  confusion,
  f1,
  falsePositiveRate,
  logLoss,
  macroF1,
  meanRecall,
  mostProbable,
  precision,
  precisionAtPrevalence,
  recall,
} from './metrics.ts';
export { type PairedInput, type PairedTest, pairedTest } from './paired.ts';
export {
  type Balance,
  type ModelSelection,
  type Preparation,
  type Prepared,
  type PrepareOptions,
  prepareRows,
  type SpecChoice,
  specFor,
} from './prepare.ts';
export {
  type PreparationText,
  parseBalance,
  parsePreparation,
  parseSelections,
} from './prepare-text.ts';
export { type PriorWorkReport, type ProtocolResult, priorWorkProtocol } from './prior-work.ts';
export type { PriorWorkOptions, ProtocolStep } from './prior-work-rows.ts';
export { priorWorkText } from './prior-work-text.ts';
export {
  averagePrecision,
  type Counts,
  countsAt,
  fprAtRecall,
  type OperatingPoint,
  prAucTrapezoid,
  type Ranking,
  rank,
  recallAtFpr,
  rocAuc,
  type Scores,
} from './ranking.ts';
export * from './reproduce/index.ts';
export {
  type NestedResult,
  nestedSearch,
  type SearchCandidate,
  type SearchMethod,
  type SearchOptions,
  type SearchProgress,
  type SearchResult,
  search,
} from './search.ts';
export { type Elimination, eliminateColumns } from './search-columns.ts';
export {
  type ScoredRows,
  type ScoringMetric,
  scoringMetric,
  scoringMetrics,
} from './search-metrics.ts';
export { gridsFor, SEARCH_PRESETS, SEARCH_SPACES, type SearchPreset } from './search-presets.ts';
export {
  type CandidateRecord,
  type SearchRecord,
  searchRows,
  searchText,
} from './search-record.ts';
export {
  discretised,
  gridCandidates,
  type ParameterGrid,
  type ParameterRange,
  randomCandidates,
} from './search-space.ts';
export { type SearchChoice, type Searched, searchAndTrain } from './search-train.ts';
export {
  carveValidation,
  type FoldKind,
  makeFolds,
  makeSplit,
  type Split,
  type SplitDetail,
  type SplitInput,
  type SplitPlan,
} from './split.ts';
export {
  type ChosenThreshold,
  chooseThreshold,
  methodName,
  type ThresholdDetail,
  type ThresholdMethod,
  type ValidationScores,
} from './threshold.ts';
export {
  type Background,
  type Calibration,
  type Rate,
  readTrainingRecord,
  recordedSplit,
  type TrainingRecord,
} from './training-record.ts';
export {
  type Adapted,
  type AdaptedFigures,
  TRANSFER_ROWS,
  type Transfer,
  type TransferOptions,
  type TransferPair,
  type TransferView,
  transfer,
} from './transfer.ts';
export type { TransferFigures } from './transfer-fit.ts';
export {
  type SetFacts,
  type ToldRows,
  TRANSFER_CLASSES,
  type TransferSet,
  withToldLabels,
} from './transfer-sets.ts';
export {
  ADAPTED_HEAD,
  ADAPTED_TEXT,
  adaptedRows,
  droppedLines,
  PAIR_HEAD,
  pairRows,
  SET_HEAD,
  setRows,
  splitLines,
  transferMatrices,
  transferText,
} from './transfer-text.ts';
export { harmlessClass, hostileScores, hostileTruth } from './truth.ts';
export {
  type HostDetection,
  timeToDetect,
  type WindowsMetric,
  windowsMetric,
} from './windows-metric.ts';
