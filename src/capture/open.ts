import type { Readable } from 'node:stream';
import { WiresiftError } from '../base/index.ts';
import { GunzipInput } from './gunzip.ts';
import { type ByteInput, MemoryInput, openFile, StreamInput } from './input.ts';
import type { RecordParser } from './parser.ts';
import { isPcapMagic, LONGEST_PCAP_HEADER, PcapParser, readPcapHeader } from './pcap.ts';
import { isSectionHeader, PcapngParser } from './pcapng/parser.ts';
import { CaptureReader } from './reader.ts';
import { ReadWindow } from './window.ts';

/** How a capture is read; the defaults suit every file. */
export interface CaptureOptions {
  /** Bytes read at a time, from 1; default 1 MiB, less for a smaller file. */
  readonly chunkBytes?: number;
  /** What `-` stands for; default the process's standard input. */
  readonly stdin?: Readable;
}

const DEFAULT_CHUNK = 1024 * 1024;
const SMALLEST_CHUNK = 4096;

/** Formats that are recognised only to say what to do about them. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['28b52ffd', 'Decompress it first: zstd -dc FILE | wiresift … -'],
  ['fd377a58', 'Decompress it first: xz -dc FILE | wiresift … -'],
  ['425a68', 'Decompress it first: bzip2 -dc FILE | wiresift … -'],
  ['04224d18', 'Decompress it first: lz4 -dc FILE | wiresift … -'],
  ['504b0304', 'Unpack the archive first: unzip -p FILE | wiresift … -'],
];

const OTHERWISE =
  'Give a capture as tcpdump or Wireshark writes it; editcap converts other formats.';

/**
 * Opens a capture, whatever its name: pcap in all its variants, pcapng, or gzip of either.
 * @param path a file, a named pipe, or `-` for standard input
 * @throws WiresiftError CAPTURE_OPEN, CAPTURE_READ, CAPTURE_EMPTY, CAPTURE_MAGIC, CAPTURE_HEADER
 */
export async function openCapture(
  path: string,
  options: CaptureOptions = {},
): Promise<CaptureReader> {
  const input =
    path === '-' ? new StreamInput(path, options.stdin ?? process.stdin) : await openFile(path);
  return openInput(input, options);
}

/** Opens a capture that lies in memory. @throws as {@link openCapture} */
export async function openCaptureBytes(
  bytes: Uint8Array,
  name = 'memory',
  options: CaptureOptions = {},
): Promise<CaptureReader> {
  return openInput(new MemoryInput(name, bytes), options);
}

async function openInput(raw: ByteInput, options: CaptureOptions): Promise<CaptureReader> {
  try {
    const window = new ReadWindow(chunkFor(raw, options));
    await fillTo(window, raw, 2);
    const zipped = window.to >= 2 && window.bytes[0] === 0x1f && window.bytes[1] === 0x8b;
    let input = raw;
    let target = window;
    if (zipped) {
      input = new GunzipInput(raw, window.bytes.subarray(0, window.to));
      target = new ReadWindow(options.chunkBytes ?? DEFAULT_CHUNK);
    }
    await fillTo(target, input, LONGEST_PCAP_HEADER);
    const parser = recognise(target, raw.name, zipped);
    return new CaptureReader(input, target, parser);
  } catch (error) {
    await raw.close();
    throw error;
  }
}

function chunkFor(raw: ByteInput, options: CaptureOptions): number {
  if (options.chunkBytes !== undefined) return Math.max(1, Math.floor(options.chunkBytes));
  if (Number.isNaN(raw.bytesTotal)) return DEFAULT_CHUNK;
  return Math.min(DEFAULT_CHUNK, Math.max(SMALLEST_CHUNK, raw.bytesTotal));
}

async function fillTo(window: ReadWindow, input: ByteInput, wanted: number): Promise<void> {
  while (window.to < wanted && (await window.fill(input))) {
    // Pipes hand over what they have; one read need not be enough.
  }
}

function recognise(window: ReadWindow, name: string, zipped: boolean): RecordParser {
  const { bytes, from, to } = window;
  const where = zipped ? `${name} (decompressed), byte 0` : `${name}, byte 0`;
  const first = Buffer.from(bytes.subarray(from, Math.min(to, from + 16))).toString('hex');
  const spaced = first.replace(/(..)(?=.)/g, '$1 ');
  if (to === from) {
    throw new WiresiftError({
      code: 'CAPTURE_EMPTY',
      where,
      saw: 'no bytes at all',
      expected: 'a pcap or pcapng capture',
      todo: 'Check the program that wrote it, or the pipe it came through.',
    });
  }
  const header = readPcapHeader(bytes, from, to);
  if (header) {
    window.from = from + header.fileHeaderLength;
    return new PcapParser(header);
  }
  if (isSectionHeader(bytes, from, to)) return new PcapngParser();
  const isPcap = to - from >= 4 && isPcapMagic(bytes, from);
  if (isPcap || (first.startsWith('0a0d0d0a') && to - from < 12)) {
    throw new WiresiftError({
      code: 'CAPTURE_HEADER',
      where,
      saw: `a file of ${to - from} bytes: ${spaced}`,
      expected: 'a whole file header behind the magic number',
      todo: 'The capture broke off before its first packet; take it again.',
    });
  }
  throw new WiresiftError({
    code: 'CAPTURE_MAGIC',
    where,
    saw: `first bytes ${spaced}`,
    expected: 'the magic number of pcap, pcapng or gzip',
    todo: FOREIGN.find(([magic]) => first.startsWith(magic))?.[1] ?? OTHERWISE,
  });
}
