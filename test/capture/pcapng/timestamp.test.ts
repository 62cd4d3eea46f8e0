import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Frame } from '../../../src/capture/index.ts';
import { setTime, timeScale } from '../../../src/capture/pcapng/timestamp.ts';

const LIMIT = (1n << 32n) * 1_000_000n;

function set(resolution: number, units: bigint, offset = 0n) {
  const frame = new Frame();
  const scale = timeScale(resolution, offset);
  const ok = setTime(frame, scale, Number(units >> 32n), Number(units & 0xffff_ffffn));
  return { ok, time: frame.time, nanos: frame.nanos };
}

describe('pcapng time', () => {
  it('is exact for every resolution and offset (against BigInt)', () => {
    const resolution = fc.oneof(
      fc.constantFrom(0, 3, 6, 9, 12, 0x80, 0x8a, 0x94, 0xa0),
      fc.nat(255),
    );
    const units = fc.oneof(
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.bigInt(1_600_000_000_000_000n, 1_800_000_000_000_000n),
      fc.bigInt(1_600_000_000_000_000_000n, 1_800_000_000_000_000_000n),
    );
    const offset = fc.oneof(
      fc.constant(0n),
      fc.bigInt(-100_000n, 100_000n),
      fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
    );
    fc.assert(
      fc.property(resolution, units, offset, (code, count, seconds) => {
        const exponent = BigInt(code & 127);
        const perSecond = code & 128 ? 2n ** exponent : 10n ** exponent;
        const nanos = (count * 10n ** 9n) / perSecond;
        const micros = nanos / 1000n + seconds * 1_000_000n;
        const inRange = micros > -LIMIT && micros < LIMIT;
        const expected = inRange ? micros : ((micros % LIMIT) + LIMIT) % LIMIT;
        const found = set(code, count, seconds);
        assert.equal(found.ok, inRange);
        assert.equal(BigInt(found.time), expected);
        assert.equal(found.nanos, Number(nanos % 1000n));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('keeps nanoseconds that doubles would lose', () => {
    assert.deepEqual(set(9, 1_700_000_000_123_456_789n), {
      ok: true,
      time: 1_700_000_000_123_456,
      nanos: 789,
    });
  });

  it('goes below 1970 with a negative offset', () => {
    assert.deepEqual(set(9, 1_500n, -2n), { ok: true, time: -1_999_999, nanos: 500 });
  });

  it('keeps the distances of times past all range', () => {
    const first = set(6, 0x41b35e8812ebf2c8n);
    const second = set(6, 0x41b35e8812ebf2c8n + 295_000n);
    assert.equal(first.ok, false);
    // What libpcap's tcpdump and Argus print of such a file (Wireshark's dhcp_little_endian).
    assert.equal(first.time, 1_177_611_630_539_464);
    assert.equal(second.time - first.time, 295_000);
  });
});
