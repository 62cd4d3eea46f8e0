import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { HashAsked, HashTold } from './hashes.ts';

const CHUNK = 2 ** 20;

const port = parentPort!;
const hashes = new Map<string, Hash>();

/** The hash of a file's first bytes. */
function hashOf(path: string, bytes: number): Hash {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let at = 0; at < bytes; ) {
      const read = readSync(file, chunk, 0, Math.min(CHUNK, bytes - at), at);
      if (read === 0) throw new Error(`${path} ends at byte ${at}, before ${bytes}`);
      hash.update(chunk.subarray(0, read));
      at += read;
    }
    return hash;
  } finally {
    closeSync(file);
  }
}

function answer(asked: HashAsked): string {
  const { id } = asked;
  switch (asked.ask) {
    case 'begin':
      hashes.set(id, hashOf(asked.path, asked.bytes));
      return '';
    case 'add':
      hashes.get(id)!.update(asked.piece);
      return '';
    case 'digest':
      return hashes.get(id)!.copy().digest('hex');
    case 'forget':
      hashes.delete(id);
      return '';
  }
}

port.on('message', (asked: HashAsked) => {
  let told: HashTold;
  try {
    told = { answer: answer(asked) };
  } catch (error) {
    told = { problem: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(told);
});
