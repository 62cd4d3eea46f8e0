import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { outsideCaptures } from '../../conformance/outside.ts';
import { compareSuite, type Suite } from '../../conformance/suite.ts';
import { parseTshark } from '../../conformance/tshark.ts';
import { pcapHeader, pcapRecord } from '../capture/build.ts';
import { A, B, ether, ipv4, udp } from '../flow/packets.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-outside-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, port: number): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  const frame = Uint8Array.from(ether(1, 2, 0x0800, ipv4(A, B, 17, udp(port, 53, [1, 2]))));
  writeFileSync(full, Buffer.concat([pcapHeader(), pcapRecord(frame)]));
  return full;
}

test('captures of the collection and repeats are left out, whatever their names', () => {
  write('collection/benign/known.pcap', 1000);
  write('outside/renamed.pcap', 1000);
  const one = write('outside/deep/one.cap', 1001);
  write('outside/two.pcap', 1001);
  writeFileSync(join(folder, 'outside/notes.pcap'), 'no capture');
  symlinkSync(join(folder, 'outside'), join(folder, 'outside/loop'));
  const found = outsideCaptures(join(folder, 'outside'), join(folder, 'collection'));
  assert.deepEqual(
    found.map(({ capture }) => capture),
    [one],
  );
});

/** A tool that says of each capture the name of its file, and refuses two.cap. */
function toolOf(rows: (capture: string) => string[]): Suite {
  return {
    tool: 'example',
    suffix: /\.none$/,
    about: 'A tool for this test.',
    layout: { columns: ['row'], separator: ' ', keys: [] },
    live: {
      absent: () => '',
      run: (capture, output) => {
        if (capture.endsWith('two.cap')) return false;
        writeFileSync(output, basename(capture));
        return true;
      },
    },
    sides: async ({ capture, oracle }) => {
      assert.ok(oracle.endsWith('output'));
      return { flows: 1, expected: [basename(capture)], ours: rows(capture) };
    },
  };
}

test('the installed tool is run on every capture; those that it refuses are left out', async () => {
  write('run/one.cap', 2001);
  write('run/two.cap', 2002);
  write('run/three.cap', 2003);
  const choice = { file: '', captures: join(folder, 'run') };
  const suite = toolOf((capture) => [capture.endsWith('one.cap') ? 'one.cap' : 'other']);
  const lines = await compareSuite(suite, choice);
  assert.deepEqual(
    lines.map(({ capture, rows, equal, extra }) => [capture, rows, equal, extra]),
    [
      ['one.cap', 1, 1, 0],
      ['three.cap', 1, 0, 1],
    ],
  );
});

test('tshark: a packet is its outermost IPv4 layer; a later fragment has the ports of the first', () => {
  const line = (...cells: (string | number)[]): string => cells.join('\t');
  const ends = ['10.0.0.1', '10.0.0.2'];
  const flows = parseTshark(
    [
      line('eth:ethertype:ip:tcp:http', 80, ...ends, 6, '0x1', 'False', 0, 4000, 80, '', ''),
      line('eth:ethertype:ip:udp:data', 90, ...ends, 17, '0x2', 'True', 0, '', '', 5000, 53),
      line('eth:ethertype:ip:data', 70, ...ends, 17, '0x2', 'False', 64, '', '', '', ''),
      line('eth:ethertype:ip:gre:ip:tcp', 99, ...ends, 47, '0x3', 'False', 0, 1, 2, '', ''),
      line('eth:ethertype:arp', 42, '', '', '', '', '', '', '', '', '', ''),
      line('eth:ethertype:ipv6:ip:tcp', 120, ...ends, 6, '0x4', 'False', 0, 1, 2, '', ''),
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    flows.map(({ protocol, from, to, bytes }) => [protocol, from, to, bytes[0]]),
    [
      [6, '10.0.0.1:4000', '10.0.0.2:80', 80],
      [17, '10.0.0.1:5000', '10.0.0.2:53', 90],
      [17, '10.0.0.1:5000', '10.0.0.2:53', 70],
      [47, '10.0.0.1:0', '10.0.0.2:0', 99],
    ],
  );
});
