import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be16, decode, ethernet, hex, ipv4, join, last, MARGIN, odd, tcp, udp } from '../build.ts';

const TCP = ipv4(6, tcp());

test('addresses and type', () => {
  const packet = decode(ethernet(0x0800, TCP));
  assert.equal(packet.destinationMacOffset, MARGIN);
  assert.equal(packet.sourceMacOffset, MARGIN + 6);
  assert.equal(packet.etherType, 0x0800);
  assert.equal(packet.vlanCount, 0);
});

test('a type without decoder is other, not odd', () => {
  for (const type of [0x888e, 0x88cc, 0x9000, 0x0600]) {
    const packet = decode(ethernet(type, new Uint8Array(46)));
    assert.deepEqual([packet.network, packet.etherType, odd(packet)], ['other', type, []]);
    assert.equal(packet.networkOffset, MARGIN + 14);
  }
});

test('tags give their numbers, outermost first; priority bits do not count', () => {
  const one = decode(ethernet(0x8100, 'f064 0800', TCP));
  assert.deepEqual([one.vlanCount, one.vlanOuter, one.vlanInner], [1, 100, 0]);
  const three = decode(ethernet(0x88a8, '0001 8100 0002 9100 0003 0800', TCP));
  assert.deepEqual([three.vlanCount, three.vlanOuter, three.vlanInner], [3, 1, 2]);
  assert.deepEqual([three.etherType, three.network], [0x0800, 'ip']);
});

test('a stack of tags without end is given up', () => {
  const packet = decode(ethernet(0x8100, hex('0001 8100'.repeat(50))));
  assert.deepEqual([odd(packet), packet.vlanCount], [['vlan_limit'], 8]);
});

test('a tagged 802.3 frame', () => {
  const packet = decode(ethernet(0x8100, '0005 0003 424203', new Uint8Array(40)));
  assert.deepEqual([packet.network, packet.vlanOuter, packet.llcDsap], ['llc', 5, 0x42]);
});

test('lengths: beyond the frame, and between length and type', () => {
  const beyond = decode(ethernet(1400, 'e0e003', new Uint8Array(43)));
  assert.deepEqual([odd(beyond), beyond.network], [['llc_length'], 'llc']);
  const reserved = decode(ethernet(0x05ff, new Uint8Array(46)));
  assert.deepEqual([odd(reserved), reserved.network], [['ethernet_type_reserved'], 'none']);
});

test('padding behind an 802.3 length is no payload', () => {
  const short = ipv4(17, udp([1, 2], hex('')));
  const packet = decode(
    ethernet(short.length + 8, 'aaaa03 000000 0800', short, new Uint8Array(20)),
  );
  assert.deepEqual([last(packet).payloadLength, odd(packet)], [8, []]);
});

test('the addresses of the frame within, not of the fabric around it', () => {
  const inner = ethernet(0x0800, TCP);
  const fabric = decode(ethernet(0x8903, '0001', inner));
  assert.equal(fabric.sourceMacOffset, MARGIN + 16 + 6);
  const tunnel = decode(ethernet(0x0800, ipv4(47, join('0000 6558', inner))));
  assert.equal(tunnel.sourceMacOffset, MARGIN + 6);
  assert.equal(tunnel.ipCount, 2);
});

test('tags within a tunnel leave the outer frame untagged', () => {
  const inner = ethernet(0x8100, '0064', be16(0x0800), TCP);
  const packet = decode(ethernet(0x0800, ipv4(47, join('0000 6558', inner))));
  assert.deepEqual([packet.vlanCount, packet.ipCount, packet.etherType], [0, 2, 0x0800]);
});

test('a header cut or sent short', () => {
  assert.deepEqual(odd(decode(hex('0102030405'), 1, 60)), ['link_truncated']);
  assert.deepEqual(odd(decode(hex('0102030405'))), ['link_malformed']);
});

test('an Inter-Switch Link header is opened, and the inner addresses count', () => {
  const header = (type: string) =>
    `01000c0000${type} 02aabbccddee 0060 aaaa03 00000c 0003 0000 0000`;
  const packet = decode(join(header('00'), ethernet(0x0800, TCP)));
  assert.deepEqual([packet.ipCount, packet.sourceMacOffset, odd(packet)], [1, MARGIN + 32, []]);
  assert.equal(decode(join(header('10'), ethernet(0x0800, TCP))).ipCount, 0, 'token ring');
  const typed = join('01000c000000 02aabbccddee 0800', TCP);
  assert.deepEqual([decode(typed).ipCount, decode(typed).sourceMacOffset], [1, MARGIN + 6]);
});
