import {
  type Analyser,
  type AnalyserHost,
  MAYBE,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { latin1 } from './bytes.ts';
import { LineReader } from './lines.ts';
import { judgeCommand, loginName } from './shell-words.ts';

const IAC = 255;
const SB = 250;
const SE = 240;
/** Bytes of the last line of the server that are kept: a prompt is short and has no end of line. */
const MAX_PROMPT = 256;

/**
 * Telnet (RFC 854): options are negotiated. Zeek names no service for it; the dialogue is what
 * counts.
 */
export const telnet: Protocol = {
  name: 'telnet',
  transport: 6,
  ports: [23, 2323],
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict {
    const client = judgeOptions(originator);
    const server = judgeOptions(responder);
    if (client === YES || server === YES) return YES;
    if (client === MAYBE && server === MAYBE) return MAYBE;
    if (!usual) return client === NO && server === NO ? NO : MAYBE;
    // Without options a prompt must show it: other protocols use the port too.
    const text = latin1(responder.bytes, responder.start, responder.end);
    return PROMPTS.some((prompt) => text.includes(prompt)) ? YES : MAYBE;
  },
  create: (host) => new Telnet(host),
};

const PROMPTS = ['ogin:', 'sername:', 'assword:'];

/** IAC, then WILL, WONT, DO or DONT, then an option. */
function judgeOptions(prefix: Prefix): Verdict {
  const { bytes, start, end } = prefix;
  if (end > start && bytes[start] !== IAC) return NO;
  if (end - start >= 2 && ((bytes[start + 1] as number) < 251 || bytes[start + 1] === IAC))
    return NO;
  if (end - start >= 3 && (bytes[start + 2] as number) > 70) return NO;
  return end - start >= 3 ? YES : MAYBE;
}

/** Takes Telnet's commands out of one direction. */
class OptionFilter {
  #state = 0;
  readonly clean = new Uint8Array(512);

  /**
   * Copies text to `clean` until it is full; returns how far it read, `length` how much it wrote.
   */
  length = 0;

  take(bytes: Uint8Array, start: number, end: number): number {
    this.length = 0;
    let at = start;
    for (; at < end && this.length < this.clean.length; at++) {
      const byte = bytes[at] as number;
      if (this.#state === 0) {
        if (byte === IAC) this.#state = 1;
        else this.clean[this.length++] = byte;
      } else if (this.#state === 1) {
        if (byte === IAC) this.clean[this.length++] = byte;
        this.#state = byte === SB ? 3 : byte > SB && byte < IAC ? 2 : 0;
      } else if (this.#state === 2) this.#state = 0;
      else if (this.#state === 3) this.#state = byte === IAC ? 4 : 3;
      else this.#state = byte === SE ? 0 : 3;
    }
    return at;
  }
}

class Telnet implements Analyser {
  readonly #host: AnalyserHost;
  readonly #clientOptions = new OptionFilter();
  readonly #serverOptions = new OptionFilter();
  readonly #clientLines = new LineReader();
  /** The server's line so far: the prompt, when the client's line comes. */
  #prompt = '';
  #user = '';
  #asked: 'nothing' | 'user' | 'password' | 'su' = 'nothing';
  /** A password went out and no answer has been understood yet. */
  #judging = false;

  constructor(host: AnalyserHost) {
    this.#host = host;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const filter = fromOriginator ? this.#clientOptions : this.#serverOptions;
    for (let at = start; at < end; ) {
      at = filter.take(bytes, at, end);
      if (fromOriginator) this.#client(filter);
      else this.#server(filter);
    }
  }

  gap(): void {}

  end(): void {}

  #client(filter: OptionFilter): void {
    const clean = filter.clean;
    // A terminal ends its lines with CR NUL or CR LF; both count once.
    for (let at = 0; at < filter.length; at++) if (clean[at] === 13) clean[at] = 10;
    for (let at = 0; at < filter.length; ) {
      at = this.#clientLines.take(clean, at, filter.length);
      if (this.#clientLines.complete) this.#line(withoutControls(this.#clientLines.text()));
    }
  }

  #line(text: string): void {
    if (text === '') return;
    const facts = this.#host.dialogue();
    const prompt = this.#prompt.toLowerCase().trimEnd();
    this.#prompt = '';
    if (prompt.endsWith('login:') || prompt.endsWith('username:') || prompt.endsWith('user:')) {
      this.#user = text.toLowerCase();
      this.#asked = 'user';
    } else if (prompt.includes('assword') && prompt.endsWith(':')) {
      this.#asked = this.#asked === 'su' ? 'su' : 'password';
      this.#judging = true;
    } else {
      this.#judging = false;
      facts.commands++;
      const root = prompt.endsWith('#') && facts.loggedIn;
      if (root) facts.rootShell = true;
      const before = facts.suAttempted;
      judgeCommand(facts, text, root);
      if (facts.suAttempted !== before) this.#asked = 'su';
    }
  }

  #server(filter: OptionFilter): void {
    for (let at = 0; at < filter.length; at++) {
      const byte = filter.clean[at] as number;
      if (byte === 10) {
        this.#serverLine(this.#prompt.toLowerCase());
        this.#prompt = '';
      } else if (byte >= 0x20 && byte < 0x7f && this.#prompt.length < MAX_PROMPT) {
        this.#prompt += String.fromCharCode(byte);
        if (this.#judging) this.#promptAfterPassword();
      }
    }
  }

  /** A shell's prompt behind a password: the login went well. */
  #promptAfterPassword(): void {
    const prompt = this.#prompt.trimEnd();
    const last = prompt[prompt.length - 1] ?? '';
    if (!'$#>%'.includes(last) || last === '') return;
    this.#judging = false;
    const facts = this.#host.dialogue();
    if (this.#asked !== 'su') {
      facts.loggedIn = true;
      loginName(facts, this.#user);
    }
    if (last === '#') facts.rootShell = true;
    this.#asked = 'nothing';
  }

  #serverLine(line: string): void {
    const facts = this.#host.dialogue();
    const refused =
      line.includes('incorrect') || line.includes('failed') || line.includes('denied');
    if (this.#judging && refused) {
      if (this.#asked !== 'su') facts.failedLogins++;
      this.#judging = false;
      this.#asked = 'nothing';
    } else if (this.#judging && line.startsWith('last login')) {
      facts.loggedIn = true;
      loginName(facts, this.#user);
    } else if (line.includes('not found') || line.includes('no such file')) facts.compromised++;
  }
}

function withoutControls(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Backspace and delete take the last letter back.
    if (code === 8 || code === 127) out = out.slice(0, -1);
    else if (code >= 32 && code < 127) out += text[at];
  }
  return out;
}
