import { pcapHeader, pcapRecord } from '../../capture/build.ts';
import { hex } from '../../decode/build.ts';

const STATION = '021111111111';
const POINT = '022222222222';
const OTHER = '023333333333';
const TAIL = '0000';
const LLC = 'aaaa03000000';

const name = (text: string): string =>
  `00${text.length.toString(16).padStart(2, '0')}${Buffer.from(text).toString('hex')}`;
const beacon = (text: string): string =>
  `80000000ffffffffffff${POINT}${POINT}${TAIL}${'11'.repeat(12)}${name(text)}010182030106dd0100`;
const data = (from: string, to: string, payload: string, first = '0800'): string =>
  `${first}0000${to}${from}${OTHER}${TAIL}${payload}`;

const UDP = '4500001c000100004011000001020304050607081111222200080000';

/** Beacons of two networks, data frames of each kind that Argus takes apart, and some of none. */
export function make(): Uint8Array {
  const frames = [
    beacon('one'),
    beacon('two'),
    beacon('one'),
    beacon(''),
    beacon('three').slice(0, -6),
    `40000000ffffffffffff${STATION}ffffffffffff${TAIL}${name('one')}010182dd00`,
    `c4000000${STATION}${POINT}${OTHER}${TAIL}`,
    data(STATION, POINT, `${LLC}0800${UDP}`),
    data(STATION, POINT, `${LLC}888e0203005f02008a001000${'00'.repeat(90)}`),
    data(STATION, POINT, 'aabbccdd'.repeat(9), '0840'),
    data(POINT, STATION, 'aabbccdd'.repeat(9), '0840'),
    data(STATION, POINT, '', '4800'),
    data(STATION, POINT, `424203${'00'.repeat(30)}`),
    data(STATION, POINT, `42420000${'00'.repeat(30)}`),
    data(STATION, POINT, `ffff00${'00'.repeat(30)}`),
    data(STATION, POINT, `f0f003${'00'.repeat(30)}`),
    data(STATION, POINT, `aaaa00000000888e${'00'.repeat(30)}`),
    data(STATION, POINT, `0000${LLC}888e0203005f02008a001000${'00'.repeat(90)}`, '8800'),
    data(STATION, POINT, `${'05'.repeat(6)}${LLC}888e0203005f${'07'.repeat(90)}`, '0803'),
  ];
  const records = frames.map((frame, fraction) => pcapRecord(hex(frame), { fraction }));
  return Buffer.concat([pcapHeader({ linkType: 105 }), ...records]);
}
