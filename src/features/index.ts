export { canonicalJson } from './canonical.ts';
export { CODES, MOST_CODED, MOST_WORDS, specOfCodes, UNSEEN_CODE } from './codes.ts';
export {
  type Derivation,
  derivation,
  derivations,
  TCP_FLAG_LETTERS,
  tcpFlagBits,
} from './derive.ts';
export { ordinalCodes } from './encode.ts';
export { fitPipeline } from './fit.ts';
export { hasHistory, tableHistory } from './history.ts';
export { CategoryMap, type FittedPlan, type Origin, planColumns } from './lane.ts';
export { createMatrix, type Matrix, type MatrixHistory, takeMatrixRows } from './matrix.ts';
export { PIPELINE_FORMAT, Pipeline, type PipelineJson } from './pipeline.ts';
export { changeSpec, emptyColumns, type SpecChanges } from './prepare.ts';
export { oversample, type ResampleOptions, undersample } from './resample.ts';
export { chooseFeatures, type FeatureChoice } from './roles.ts';
export { NORMAL_EDGE, NORMAL_TERMS } from './scale.ts';
export { type Keep, keepBest, type SelectStep, selectColumns } from './select.ts';
export { chiSquared, columnVariances, correlations, mutualInformation } from './select-scores.ts';
export { type SmoteOptions, type SmoteResult, smote } from './smote.ts';
export { type SmotencOptions, type SmotencResult, smotenc } from './smotenc.ts';
export { type ColumnPlan, defaultSpec, type PipelineSpec } from './spec.ts';
export type {
  FittedStep,
  HashingStep,
  ImputeStep,
  MinMaxStep,
  OneHotStep,
  OrdinalStep,
  QuantileStep,
  RobustStep,
  Step,
  UnseenRule,
} from './step.ts';
export { pipelineFromJSON } from './stored.ts';
export { balancedWeights } from './weights.ts';
