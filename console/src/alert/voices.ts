import type { AlertDetail, AlertFacts } from '../../../src/serve/wire.ts';

/** What one model said of the alert's host. */
export type Voice = AlertFacts['models'][number];

/**
 * The model that an alert's score is of: of those that may raise and did, the one that finds the host
 * least likely. Undefined for alerts of detectors.
 */
export function speakerOf({ row, alert }: AlertDetail): Voice | undefined {
  if (row.kind !== 'model') return undefined;
  return alert.models
    .filter(({ raised, model }) => raised && model.role !== 'corroborates')
    .sort((a, b) => a.tailProbability - b.tailProbability)[0];
}

/** The voice that the page tells more of: the speaker, else the first that may raise, else the first. */
export function heardVoice(detail: AlertDetail): Voice | undefined {
  const { models } = detail.alert;
  return (
    speakerOf(detail) ?? models.find(({ model }) => model.role !== 'corroborates') ?? models[0]
  );
}
