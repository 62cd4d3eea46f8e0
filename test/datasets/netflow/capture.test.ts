import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, openCapture } from '../../../src/capture/index.ts';
import { NetflowDecoder } from '../../../src/datasets/index.ts';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

test('export packets without templates are counted, set by set', {
  skip: sharedMissing,
}, async () => {
  const reader = await openCapture(
    sharedPath('data', 'pcap', 'benign-infra', 'ndpi__netflowv9.pcap'),
  );
  const decoder = createDecoder();
  const packet = new Packet();
  const problems: string[] = [];
  const netflow = new NetflowDecoder({
    onBatch: () => assert.fail('no flow can be read'),
    onProblem: (saw) => problems.push(saw),
  });
  await reader.read((frame: Frame) => {
    decoder.decode(frame, packet);
    const { dataStart, dataEnd } = packet.ip[0]!;
    netflow.message(packet.bytes, dataStart, dataEnd, 0);
  });
  netflow.flush();
  // As tshark counts them: 23 data sets in ten packets of version 9, none of them a template.
  assert.deepEqual(netflow.stats, { messages: 10, records: 0, withoutTemplate: 23, bad: 0 });
  assert.ok(problems.some((saw) => saw.startsWith('data set 260 ')));
});
