import { noteProblems } from './convert-flows.ts';
import { type JudgedFlows, type JudgeFlowsOptions, judgeFlows } from './judge-flows.ts';
import { note } from './terminal.ts';

/** What was found in flows that other tools made. */
export type DetectedFlows = Pick<JudgedFlows, 'alerts' | 'detection'>;

/** What {@link detectFlows} is asked for. */
export interface DetectFlowsOptions
  extends Pick<JudgeFlowsOptions, 'models' | 'detection' | 'signal'> {
  readonly strict: boolean;
  readonly quiet: boolean;
}

/**
 * Judges flows that other tools made, and tells on standard error what could not be read or judged;
 * where no model reads them, that only the detectors speak.
 * @throws as `judgeFlows`
 */
export async function detectFlows(
  paths: readonly string[],
  { quiet, ...options }: DetectFlowsOptions,
): Promise<DetectedFlows> {
  const judged = await judgeFlows(paths, options);
  const { schema, models, problems, verdicts } = judged;
  if (schema !== undefined && models === 0 && (options.models ?? []).length > 0) {
    note(`no model given reads ${schema}: detectors alone`);
  }
  if (!quiet) {
    noteProblems(problems);
    for (const line of verdicts) note(line);
  }
  return judged;
}
