/** Longest text taken over from input or from a model file. */
const LONGEST = 200;

/**
 * Text that is safe to print on a terminal and to put on one line: control characters (C0, DEL, C1),
 * line and paragraph separators, characters that change the writing direction, and lone surrogates
 * become U+FFFD.
 * @param limit characters after which the text is cut; default 200
 */
export function plainText(text: string, limit = LONGEST): string {
  let plain = '';
  for (const character of text.slice(0, limit)) {
    const code = character.codePointAt(0)!;
    const unsafe =
      code < 0x20 ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x206f) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      code === 0xfeff;
    plain += unsafe ? '\ufffd' : character;
  }
  return plain;
}
