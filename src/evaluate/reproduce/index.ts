export { PROTOCOL_NEEDS, type ProtocolNeeds, reproduce } from './reproduce.ts';
export {
  FIGURES,
  type FigureName,
  type Goal,
  type Judged,
  type PlannedModel,
  PROTOCOLS,
  type ProtocolName,
  type ReproducedModel,
  type ReproducedStep,
  type ReproduceOptions,
  type Reproduction,
  type StepCost,
} from './reproduction.ts';
export {
  costHead,
  costRows,
  epochLines,
  goalLines,
  judgedText,
  MODEL_HEAD,
  modelRows,
  reproductionText,
  STEP_HEAD,
  stepRows,
} from './text.ts';
