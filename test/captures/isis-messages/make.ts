import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { be16, hex } from '../../decode/build.ts';

const FROM = '02aabbccdd01';
const ALL = '0180c2000014';
const SYSTEM = '111122223333';
const LAN = '44445555666607';

function message(type: number, length: number, rest: string, version = 1): string {
  const header = [0x83, length, version, 0, type, version, 0, 0];
  const text = header.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `fefe03${text}${rest}`;
}

function frame(content: string): Uint8Array {
  return hex(`${ALL}${FROM}${be16(content.length / 2)}${content}`);
}

const hello = (type: number, tail: string): string =>
  message(type, 27, `01${SYSTEM}001e0040${'40'}${LAN}${tail}`);
const linkState = (type: number, sequence: string): string =>
  message(type, 27, `004004b0${SYSTEM}0102${sequence}b50301${'0a'.repeat(20)}`);

/** Messages of IS-IS: each type once or twice, one with other content, one Argus does not take apart. */
export function make(): Uint8Array {
  const contents = [
    hello(15, 'aa'.repeat(40)),
    hello(15, 'aa'.repeat(40)),
    hello(15, 'bb'.repeat(41)),
    hello(16, 'aa'.repeat(40)),
    linkState(18, '0000000f'),
    linkState(20, '0000000f'),
    linkState(20, '00000010'),
    message(24, 33, `0053${SYSTEM}00${'00'.repeat(8)}${'ff'.repeat(8)}0906${'01'.repeat(10)}`),
    message(25, 33, `0053${SYSTEM}00${'00'.repeat(8)}${'ff'.repeat(8)}0906${'01'.repeat(9)}`),
    message(26, 17, `0023${SYSTEM}00${'02'.repeat(30)}`),
    message(27, 17, `0023${SYSTEM}00${'02'.repeat(31)}`),
    message(17, 20, `01${SYSTEM}${'03'.repeat(40)}`),
    message(15, 26, `01${SYSTEM}${'03'.repeat(40)}`),
    message(15, 27, `01${SYSTEM}${'03'.repeat(40)}`, 2),
  ];
  const records = contents.map((content, fraction) => pcapRecord(frame(content), { fraction }));
  return Buffer.concat([pcapHeader(), ...records]);
}
