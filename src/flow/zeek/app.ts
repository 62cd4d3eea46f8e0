export {
  type AppConnection,
  type AppFacts,
  createAppConnection,
  NO_FACTS,
} from '../../decode/index.ts';
