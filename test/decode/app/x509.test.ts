import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateNames } from '../../../src/decode/app/x509.ts';
import { certificate, der, derName } from './made-tls.ts';

function names(bytes: readonly number[]): ReturnType<typeof certificateNames> {
  return certificateNames(new Uint8Array(bytes), 0, bytes.length);
}

test('names are written as RFC 4514 says: last part first, special letters escaped', () => {
  const subject = derName([
    [6, 'DE'],
    [10, ' a+b'],
    [3, 'x"y\\z '],
  ]);
  assert.deepEqual(names(certificate(subject, derName([[3, '#1;\u00e4']]))), {
    subject: 'CN=x\\"y\\\\z\\ ,O=\\ a\\+b,C=DE',
    issuer: 'CN=\\#1\\;\\C3\\A4',
  });
});

test('unknown types are dotted numbers with a raw value, and BMPString is read', () => {
  const unknown = der(0x30, [...der(6, [0x2a, 0x86, 0x48, 1]), ...der(0x0c, [0x41])]);
  const wide = der(0x30, [...der(6, [0x55, 4, 3]), ...der(0x1e, [0, 0x41, 1, 0x7f])]);
  const pair = [...unknown, ...wide];
  const name = der(0x30, der(0x31, pair));
  assert.equal(names(certificate(name, name))?.subject, '1.2.840.1=#0C0141+CN=A\\C5\\BF');
});

test('a certificate cut anywhere gives null or its names, never an error', () => {
  const whole = certificate(derName([[3, 'a']]), derName([[3, 'b']]));
  for (let end = 0; end < whole.length; end++) {
    assert.equal(certificateNames(new Uint8Array(whole), 0, end), null);
  }
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 0x7f, 0x80, 0x84, 0xff]) {
      const broken = [...whole];
      broken[at] = value;
      const found = names(broken);
      assert.ok(found === null || found.subject.length <= 1024);
    }
  }
});
