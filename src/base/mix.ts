/**
 * Mixes 32 bits, no two words to the same: the finish of MurmurHash3 (Austin Appleby, public domain).
 * @returns a signed word
 */
export function mixWord(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
