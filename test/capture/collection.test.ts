import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openCapture } from '../../src/capture/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';

/** LINKTYPE_ values that Wireshark's names in the manifest stand for. */
const LINK_TYPES: Record<string, readonly number[]> = {
  ether: [1],
  null: [0],
  rawip: [12, 14, 101],
  rawip4: [228],
  rawip6: [229],
  'linux-sll': [113],
  'linux-sll2': [276],
  chdlc: [104],
  'fddi-swapped': [10],
  nflog: [239],
  'ieee-802-11-radiotap': [127],
  'ieee-802-11': [105],
  ppi: [192],
};

/** Captures with an anomaly, each with its reason; all others have none. */
const ANOMALIES: Record<string, Record<string, number>> = {
  // A section of version 2.0 between others: capinfos refuses the file, its neighbours are read.
  'format-pcapng/gopacket__test901.pcapng': { capture_version_unknown: 1 },
  'format-pcapng/gopacket__test901-2.pcapng': { capture_version_unknown: 1 },
  // Seconds and nanoseconds in the two halves that should hold one count of microseconds.
  'format-pcapng/nfstream__dhcp_little_endian.pcapng': { capture_time_out_of_range: 4 },
  // Fuzzed: a fraction of -1,404,616 microseconds.
  'malformed/ndpi__fuzz-2021-06-07-c6c72a0a56.pcap': { capture_time_out_of_range: 1 },
  // Made with a snap length of 1 and a packet of 8 bytes.
  'malformed/zeek__trunc-hdr.pcap': { capture_over_snap_length: 1 },
};

/** Captures that capinfos cannot read (no count in the manifest), and what is in them. */
const UNREADABLE: Record<string, number> = {
  'format-pcapng/gopacket__test901.pcapng': 2,
  'format-pcapng/gopacket__test901-2.pcapng': 2,
};

/** Splits a line of the manifest; its quoted cells hold commas but no quotes. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((cell) => cell[1] ?? cell[2]!);
}

describe('every capture of the collection', { skip: sharedMissing }, () => {
  it('has the frames, the link type and the format that capinfos says', async () => {
    const text = readFileSync(sharedPath('data', 'pcap', 'manifest.csv'), 'utf8');
    const [head, ...lines] = text.trim().split('\n');
    const names = cells(head!);
    assert.equal(lines.length, 302);
    let disguised = 0;
    for (const line of lines) {
      const row = cells(line);
      const cell = (name: string): string => row[names.indexOf(name)]!;
      const file = cell('file');
      const source = await openCapture(sharedPath('data', 'pcap', file));
      const allowed = LINK_TYPES[cell('linktype')];
      await source.read((frame) => {
        if (allowed && !allowed.includes(frame.linkType)) {
          assert.fail(`${file}: link type ${frame.linkType} is not ${cell('linktype')}`);
        }
      });
      const expected = cell('packets') === '' ? UNREADABLE[file] : Number(cell('packets'));
      assert.equal(source.frames, expected, file);
      assert.deepEqual({ ...source.anomalies }, ANOMALIES[file] ?? {}, file);
      if (cell('filetype').endsWith('pcap') && source.format === 'pcapng') disguised++;
      if (cell('filetype') === 'pcapng') assert.equal(source.format, 'pcapng', file);
      assert.equal(source.bytesRead, source.bytesTotal, file);
    }
    // Written back as pcapng after their payload was cut; the manifest tells of the original.
    assert.equal(disguised, 31);
  });
});
