export type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelKind,
  ParameterSpec,
  Parameters,
  ParameterValue,
  StoredModel,
  Tensor,
} from './model.ts';
export { modelKind, modelKinds } from './registry.ts';
