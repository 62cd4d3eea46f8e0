import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNfdump, NfdumpReader } from '../../../src/datasets/netflow/nfdump.ts';
import { argusTable } from '../../../src/flow/index.ts';
import { coded, rowOf } from '../files.ts';

type Row = Record<string, string | number>;
type Cell = readonly [value: number, bytes: number];

/** Numbers one after the other, in the byte order asked for. */
function pack(cells: readonly Cell[], little = true): number[] {
  return cells.flatMap(([value, length]) => {
    const bytes = Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256);
    return little ? bytes : bytes.reverse();
  });
}

const START = 1_600_000_000_123;

/** A record of layout 2: generic flow, addresses, counters of the answer. */
function version3(little: boolean, port: number): number[] {
  const generic: Cell[] = [
    ...[START, START + 2000, 0, 7, 700].map((value): Cell => [value, 8]),
    [port, 2],
    [443, 2],
    ...[6, 0x1a, 0, 4].map((value): Cell => [value, 1]),
  ];
  const element = (type: number, cells: readonly Cell[]): number[] => {
    const data = pack(cells, little);
    return [
      ...pack(
        [
          [type, 2],
          [data.length + 4, 2],
        ],
        little,
      ),
      ...data,
    ];
  };
  const elements = [
    ...element(1, generic),
    ...element(2, [
      [0x0a000001, 4],
      [0x0a000002, 4],
    ]),
    ...element(6, [
      [1, 8],
      [5, 8],
      [500, 8],
    ]),
  ];
  const head: Cell[] = [
    [11, 2],
    [elements.length + 12, 2],
    [3, 2],
    [0, 6],
  ];
  return [...pack(head, little), ...elements];
}

function block(records: readonly number[], type: number, little: boolean): number[] {
  return [
    ...pack(
      [
        [1, 4],
        [records.length, 4],
        [type, 2],
        [0, 2],
      ],
      little,
    ),
    ...records,
  ];
}

function layout2(little = true, compression = 0): number[] {
  const head = pack(
    [
      [0xa50c, 2],
      [2, 2],
      [0x01070100, 4],
      [0, 8],
      [compression, 1],
      [0, 23],
    ],
    little,
  );
  const other = block([1, 2, 3, 4], 4, little);
  return [
    ...head,
    ...other,
    ...block([...version3(little, 40_000), ...version3(little, 40_001)], 3, little),
  ];
}

/** Layout 1, a record with an exporter of 16 bits, IPv6 and wide counters. */
function layout1(): number[] {
  const head = pack([
    [0xa50c, 2],
    [1, 2],
    [0, 4],
    [1, 4],
    [0, 128],
    [0, 136],
  ]);
  const words: Cell[] = [
    [0x20010db800000000, 8],
    [1, 8],
    [0x20010db800000000, 8],
    [2, 8],
  ];
  const record = pack([
    ...([
      [10, 2],
      [32 + 32 + 16, 2],
      [7, 2],
      [0, 2],
      [123, 2],
      [623, 2],
    ] as Cell[]),
    ...([
      [1_600_000_000, 4],
      [1_600_000_001, 4],
      [0, 1],
      [2, 1],
      [6, 1],
      [0, 1],
    ] as Cell[]),
    ...([
      [5000, 2],
      [22, 2],
      [0, 4],
    ] as Cell[]),
    ...words,
    [3, 8],
    [180, 8],
  ]);
  return [...head, ...block(record, 2, true)];
}

function read(bytes: Uint8Array, step = bytes.length) {
  const rows: Row[] = [];
  const problems: string[] = [];
  const reader = new NfdumpReader({
    path: 'file',
    onBatch(batch) {
      const table = argusTable(batch);
      for (let row = 0; row < table.rows; row++) rows.push(rowOf(table, row));
    },
    onProblem: (where, saw) => problems.push(`${where}: ${saw}`),
  });
  for (let at = 0; at < bytes.length; at += step) reader.feed(bytes.subarray(at, at + step));
  reader.finish();
  return { rows, problems };
}

test('layout 2 in both byte orders, cut anywhere', () => {
  for (const little of [true, false]) {
    for (const step of [1, 7, 1000]) {
      const bytes = Uint8Array.from(layout2(little));
      assert.ok(isNfdump(bytes));
      const { rows, problems } = read(bytes, step);
      assert.deepEqual(problems, []);
      assert.equal(rows.length, 2);
      assert.deepEqual(rows[0], {
        StartTime: START * 1000,
        Dur: 2,
        Proto: 'tcp',
        SrcAddr: '10.0.0.1',
        Sport: '40000',
        Dir: '->',
        DstAddr: '10.0.0.2',
        Dport: '443',
        State: 'SPA_',
        sTos: 4,
        TotPkts: 12,
        TotBytes: 1200,
        SrcBytes: 700,
      });
    }
  }
});

test('layout 1: flags tell the widths', () => {
  const { rows, problems } = read(Uint8Array.from(layout1()), 13);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [rows[0]!['SrcAddr'], rows[0]!['DstAddr'], rows[0]!['TotPkts'], rows[0]!['TotBytes']],
    ['2001:db8::1', '2001:db8::2', 3, 180],
  );
  assert.equal(rows[0]!['StartTime'], 1_600_000_000_123_000);
  assert.equal(rows[0]!['Dur'], 1.5);
  assert.deepEqual([rows[0]!['State'], rows[0]!['Dport']], ['S_', '22']);
});

test('compressed files and unknown layouts are refused with what to do', () => {
  const packed = Uint8Array.from(layout2(true, 1));
  assert.throws(() => read(packed), coded('FLOWS_COMPRESSED'));
  const lzo = Uint8Array.from(layout1());
  lzo[4] = 1;
  assert.throws(() => read(lzo), coded('FLOWS_COMPRESSED'));
  const newer = Uint8Array.from(layout2());
  newer[2] = 3;
  assert.throws(() => read(newer), coded('FLOWS_FORMAT'));
});

test('a cut file keeps its whole blocks, damage is counted', () => {
  const whole = layout2();
  const { rows, problems } = read(Uint8Array.from([...whole, 1, 2, 3]));
  assert.equal(rows.length, 2);
  assert.deepEqual(problems, [`file, byte ${whole.length}: 3 bytes at the end`]);
  fc.assert(
    fc.property(fc.integer({ min: 40, max: whole.length - 1 }), fc.nat(255), (at, value) => {
      const bytes = Uint8Array.from(whole);
      bytes[at] = value;
      try {
        read(bytes);
      } catch (error) {
        assert.ok(coded('FLOWS_FORMAT')(error), String(error));
      }
    }),
    { numRuns: 300 },
  );
});
