import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KDD_MODES } from '../../../src/flow/kdd/mode.ts';
import { KDD_SERVICES, ServiceTable } from '../../../src/flow/kdd/services.ts';

const names = (mode: (typeof KDD_MODES)[number]) => {
  const table = new ServiceTable(mode);
  return (protocol: number, from: number, to: number): string =>
    KDD_SERVICES[table.service(protocol, from, to)]!;
};

test('the 70 services of the data set, and two more, once each', () => {
  assert.equal(new Set(KDD_SERVICES).size, 72);
  assert.equal(KDD_SERVICES.length, 72);
});

test('data: names, and private below 1024, and other from there', () => {
  const name = names('data');
  const cases: [number, string][] = [
    [80, 'http'],
    [25, 'smtp'],
    [77, 'rje'],
    [87, 'link'],
    [1, 'private'],
    [1023, 'private'],
    [1024, 'other'],
    [60000, 'other'],
    [6000, 'X11'],
    [6063, 'X11'],
    [6064, 'other'],
  ];
  for (const [port, expected] of cases) assert.equal(name(6, 40000, port), expected);
  assert.equal(name(6, 20, 40000), 'ftp_data');
  assert.equal(name(17, 40000, 53), 'domain_u');
  assert.equal(name(17, 40000, 161), 'private');
  assert.equal(name(17, 161, 40000), 'other');
});

test('data: of the ports 1 to 1024, 52 have a name of their own', () => {
  const name = names('data');
  const found: string[] = [];
  for (let port = 1; port <= 1024; port++) found.push(name(6, 40000, port));
  const named = found.filter((one) => one !== 'private' && one !== 'other');
  assert.equal(new Set(named).size, 52);
  assert.equal(named.length, 52);
  assert.equal(found.filter((one) => one === 'other').length, 1);
});

test('ICMP by type and code, in each reading', () => {
  const types: [number, number][] = [
    [0, 0],
    [8, 0],
    [5, 1],
    [11, 0],
    [3, 0],
    [3, 1],
    [3, 3],
    [13, 0],
  ];
  const words = (mode: (typeof KDD_MODES)[number]): string =>
    types.map(([type, code]) => names(mode)(1, type, code)).join(' ');
  assert.equal(words('data'), 'ecr_i eco_i red_i tim_i other urh_i urp_i other');
  assert.equal(words('ai-ids'), 'ecr_i eco_i red_i tim_i urp_i urh_i oth_i oth_i');
  assert.equal(words('gure'), 'ecr_i eco_i red_i other other urh_i urp_i other');
  assert.equal(names('data')(58, 128, 0), 'eco_i');
  assert.equal(names('data')(58, 1, 4), 'urp_i');
  assert.equal(names('data')(58, 135, 0), 'other');
});

test('gure and ai-ids by their own tables', () => {
  assert.equal(names('gure')(6, 20, 40000), 'other');
  assert.equal(names('gure')(6, 1, 49152), 'private');
  assert.equal(names('gure')(6, 1, 35), 'printer');
  assert.equal(names('gure')(17, 1, 53), 'domain_u');
  assert.equal(names('gure')(17, 1, 80), 'http');
  assert.equal(names('ai-ids')(6, 1, 8080), 'http');
  assert.equal(names('ai-ids')(6, 1, 6667), 'other');
  assert.equal(names('ai-ids')(6, 1, 6668), 'IRC');
  assert.equal(names('ai-ids')(17, 1, 80), 'other');
});

test('data: ports without a name are services of their own to the windows', () => {
  const table = new ServiceTable('data');
  const key = (protocol: number, port: number): number =>
    table.key(protocol, port, table.service(protocol, 40000, port));
  assert.notEqual(key(6, 600), key(6, 601));
  assert.notEqual(key(6, 600), key(17, 600));
  assert.equal(key(6, 6000), key(6, 6001));
  const gure = new ServiceTable('gure');
  assert.equal(gure.key(6, 600, 0), gure.key(17, 600, 1));
  const named = new ServiceTable('ai-ids');
  assert.equal(named.key(6, 600, 7), named.key(6, 601, 7));
});
