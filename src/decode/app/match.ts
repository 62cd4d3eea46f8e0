import { MAYBE, NO, type Prefix, type Verdict, YES } from './analyser.ts';
import { wordAt } from './bytes.ts';

/** Whether the first bytes are the word (given in lower case; letters of either case are equal). */
export function startsWith(prefix: Prefix, word: string): Verdict {
  const found = wordAt(prefix.bytes, prefix.start, prefix.end, word);
  return found === 1 ? YES : found === 0 ? NO : MAYBE;
}

/** Whether the first bytes are one of the words. */
export function startsWithAny(prefix: Prefix, words: readonly string[]): Verdict {
  let best: Verdict = NO;
  for (const word of words) {
    const found = startsWith(prefix, word);
    if (found === YES) return YES;
    if (found === MAYBE) best = MAYBE;
  }
  return best;
}

/** NO when one says so, YES when both do. */
export function bothSides(a: Verdict, b: Verdict): Verdict {
  if (a === NO || b === NO) return NO;
  return a === YES && b === YES ? YES : MAYBE;
}

/** The side that has spoken, the originator first. */
export function spoken(originator: Prefix, responder: Prefix): Prefix {
  return originator.end > originator.start ? originator : responder;
}

/** Whether the first bytes are exactly these, -1 standing for any byte. */
export function startsWithBytes(prefix: Prefix, pattern: readonly number[]): Verdict {
  const have = Math.min(pattern.length, prefix.end - prefix.start);
  for (let index = 0; index < have; index++) {
    const wanted = pattern[index] as number;
    if (wanted >= 0 && prefix.bytes[prefix.start + index] !== wanted) return NO;
  }
  return have === pattern.length ? YES : MAYBE;
}

/** Whether a reply line begins with one of the codes and a blank or '-'. */
export function codeAt(prefix: Prefix, codes: readonly string[]): Verdict {
  const found = startsWithAny(prefix, codes);
  if (found !== YES) return found;
  const at = prefix.start + (codes[0] as string).length;
  if (at >= prefix.end) return MAYBE;
  const byte = prefix.bytes[at];
  return byte === 0x20 || byte === 0x2d || byte === 0x0d || byte === 0x0a ? YES : NO;
}

/** Lines looked at for an opening command: talk before it (PROXY, garbage of scanners) is short. */
const MAX_OPENING_LINES = 8;

/** Whether one of the first lines begins with one of the words, and all lines are plain text. */
export function lineWithWord(prefix: Prefix, words: readonly string[]): Verdict {
  const { bytes, end } = prefix;
  let at = prefix.start;
  for (let lines = 0; lines < MAX_OPENING_LINES; lines++) {
    while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x0d || bytes[at] === 0x0a)) at++;
    const found = startsWithAny({ bytes, start: at, end }, words);
    if (found !== NO) return found;
    while (at < end && bytes[at] !== 0x0a) {
      const byte = bytes[at] as number;
      if (byte === 0 || byte > 0x7e) return NO;
      at++;
    }
    if (at >= end) return MAYBE;
  }
  return NO;
}

/** What a reply says behind its code, without control characters. */
export function bodyAfterCode(text: string): string {
  return visible(text.slice(4).trim());
}

/** Longest banner that is kept. */
const MAX_BANNER = 128;

/** Text with control and non-ASCII characters left out, at most {@link MAX_BANNER} long. */
export function visible(text: string): string {
  let clean = '';
  for (let at = 0; at < text.length && clean.length < MAX_BANNER; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code < 0x7f) clean += text[at];
  }
  return clean;
}
