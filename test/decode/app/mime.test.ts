import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mimeOf } from '../../../src/decode/app/mime.ts';
import { bytesOf } from './dialogue.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['MZ\x90\0\x03\0', 'application/x-dosexec'],
  ['\x7fELF\x02\x01', 'application/x-executable'],
  ['PK\x03\x04\x14\0\0\0', 'application/zip'],
  [`PK\x03\x04${'\0'.repeat(26)}META-INF/MANIFEST.MF`, 'application/java-archive'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['GIF89a', 'image/gif'],
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
  ['\0\0\0\x18ftypmp42', 'video/mp4'],
  ['%PDF-1.7', 'application/pdf'],
  ['\x1f\x8b\x08', 'application/x-gzip'],
  ['  \n<!DOCTYPE HTML>', 'text/html'],
  ['<HTML>', 'text/html'],
  ['<?xml version="1.0"?>', 'application/xml'],
  ['{"a": 1}', 'text/json'],
  ['[1, 2]', 'text/json'],
  ['#!/bin/sh\nls\n', 'text/x-shellscript'],
  ['#!/usr/bin/python\n', 'text/x-python'],
  ['user=bob&pass=x', 'text/plain'],
  ['\xef\xbb\xbfhello', 'text/plain'],
  ['\0\x01\x02\x03nothing', ''],
  ['', ''],
];

test('the first bytes name the type', () => {
  for (const [text, type] of CASES) {
    const bytes = bytesOf(`--${text}`);
    assert.equal(mimeOf(bytes, 2, bytes.length), type, JSON.stringify(text));
  }
});

test('only the first 512 bytes are looked at', () => {
  const bytes = bytesOf(`${'a'.repeat(512)}\0\x01`);
  assert.equal(mimeOf(bytes, 0, bytes.length), 'text/plain');
});
