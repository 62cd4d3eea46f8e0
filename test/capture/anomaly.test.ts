import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createTally, raise } from '../../src/capture/anomaly.ts';
import { CAPTURE_ANOMALIES } from '../../src/capture/index.ts';

describe('capture anomalies', () => {
  it('stand in the documentation, all of them, with the same words', () => {
    const page = readFileSync(new URL('../../docs/capture.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(capture_\w+)` \| (.*) \|$/gm)];
    const documented = Object.fromEntries(rows.map(([, name, meaning]) => [name, meaning]));
    assert.deepEqual(documented, { ...CAPTURE_ANOMALIES });
  });

  it('are counted by name', () => {
    const tally = createTally();
    raise(tally, 'capture_length_lie');
    raise(tally, 'capture_length_lie');
    raise(tally, 'capture_no_time');
    assert.deepEqual({ ...tally }, { capture_length_lie: 2, capture_no_time: 1 });
  });
});
