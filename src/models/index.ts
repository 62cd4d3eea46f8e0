export { type Abstention, harmConfidence, unsureScores } from './abstention.ts';
export {
  CURVE_LIMIT,
  CURVES_FORMAT,
  type CurveCounts,
  curveCounts,
  expectedCalibrationError,
  type ModelCurves,
  type StoredBin,
  type StoredCurve,
} from './curves.ts';
export {
  hashModel,
  loadModel,
  MODEL_FORMAT,
  type ModelFile,
  type ModelThreshold,
  saveModel,
} from './file.ts';
export type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelKind,
  ModelSession,
  ParameterSpec,
  Parameters,
  ParameterValue,
  SessionOptions,
  StoredModel,
  Tensor,
} from './model.ts';
export { NeuralModel } from './neural/model.ts';
export { type ExportOptions, exportOnnx, type OnnxSummary } from './onnx/export.ts';
export { loadOnnx } from './onnx/import.ts';
export { exportedKinds } from './onnx/kinds.ts';
export {
  type Metric,
  type PermutationImportance,
  type PermutationInput,
  permutationImportances,
} from './permutation.ts';
export { modelKind, modelKinds } from './registry.ts';
export { type ScoreOptions, scoreInThreads } from './score-threads.ts';
export {
  type Ending,
  type Epoch,
  endingText,
  historyText,
  type LayerSummary,
  NETWORK_HEAD,
  networkRows,
  type TrainingEvent,
  type TrainingHistory,
  trainedNumbers,
} from './training.ts';
