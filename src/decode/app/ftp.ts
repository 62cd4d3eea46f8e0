import { MAYBE, NO, type Prefix, type Protocol, type Verdict, YES } from './analyser.ts';
import { firstWord, replyCode } from './lines.ts';
import { bodyAfterCode, codeAt, lineWithWord } from './match.ts';
import { judgePath, loginName } from './shell-words.ts';
import { TextDialogue } from './text-dialogue.ts';

/** FTP (RFC 959): a greeting 220 or 120, and a first command that only FTP has. */
export const ftp: Protocol = {
  name: 'ftp',
  transport: 6,
  ports: [21, 2811],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const greeting = codeAt(responder, ['220', '120']);
    if (greeting === NO) return NO;
    const command = lineWithWord(originator, FTP_OPENERS);
    if (command === NO) return NO;
    return greeting === YES && command === YES ? YES : MAYBE;
  },
  create: (host) => new Ftp(host),
};

const FTP_OPENERS = [
  'user ',
  'auth ',
  'feat\r',
  'feat\n',
  'syst\r',
  'syst\n',
  'opts ',
  'acct ',
  'host ',
];

class Ftp extends TextDialogue {
  #user = '';
  #command = '';
  #argument = '';
  /** Code of a reply of several lines, until its last line. */
  #pending = 0;

  protected line(fromOriginator: boolean, text: string): void {
    if (fromOriginator) this.#request(text);
    else this.#reply(text);
  }

  #request(text: string): void {
    const { word, rest } = firstWord(text);
    if (word.length < 3 || !printable(word)) return;
    this.host.confirm('ftp');
    const facts = this.host.dialogue();
    facts.commands++;
    this.#command = word;
    this.#argument = rest;
    if (word === 'USER') this.#user = rest.trim().toLowerCase();
    if (word === 'PORT' || word === 'EPRT') this.#expectActive(word, rest);
    // Writing into or removing from the tree of an anonymous server is KDD's first "hot" example.
    if (word === 'SITE' && rest.toUpperCase().startsWith('EXEC')) facts.hot++;
  }

  #reply(text: string): void {
    const code = replyCode(text);
    if (this.#pending !== 0) {
      if (code === this.#pending && text[3] === ' ') this.#pending = 0;
      return;
    }
    if (code < 100) {
      if (text === '') return;
      // A reply without a code: the protocol is broken, and Zeek takes its word back.
      this.host.withdraw('ftp');
      this.drop();
      return;
    }
    if (text[3] === '-') this.#pending = code;
    if (code === 220 && this.host.known().serverBanner === '') {
      this.host.known().serverBanner = bodyAfterCode(text);
    }
    this.#outcome(code, text);
  }

  #outcome(code: number, text: string): void {
    const facts = this.host.dialogue();
    const command = this.#command;
    if (code === 230) {
      facts.loggedIn = true;
      loginName(facts, this.#user);
    } else if (code === 530 && (command === 'PASS' || command === 'USER')) facts.failedLogins++;
    else if (code === 234 && command === 'AUTH') this.startTls();
    else if (code === 227 || code === 229) this.#expectPassive(text);
    else if (code >= 200 && code < 300) this.#done(command);
    else if (code === 550 && command !== '') facts.compromised += notFound(text);
  }

  /** The file commands that the server let happen. */
  #done(command: string): void {
    const facts = this.host.dialogue();
    if (command === 'STOR' || command === 'STOU' || command === 'APPE' || command === 'MKD') {
      facts.fileCreations++;
      if (facts.guestLogin) facts.hot++;
    } else if (command === 'DELE' || command === 'RMD' || command === 'RNTO') {
      if (facts.guestLogin) facts.hot++;
    }
    if (command !== '') judgePath(facts, this.#argument);
    this.#command = '';
  }

  #expectActive(command: string, argument: string): void {
    const port = command === 'PORT' ? commaPort(argument) : barPort(argument);
    if (port > 0) this.host.expect('ftp-data', port, true);
  }

  #expectPassive(text: string): void {
    const open = text.indexOf('(');
    if (open < 0) return;
    const inside = text.slice(open + 1);
    const port = text.startsWith('227') ? commaPort(inside) : barPort(inside);
    if (port > 0) this.host.expect('ftp-data', port, false);
  }
}

function notFound(text: string): number {
  return text.toLowerCase().includes('no such file') || text.toLowerCase().includes('not found')
    ? 1
    : 0;
}

function printable(word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}

/** Port of `h1,h2,h3,h4,p1,p2` (RFC 959), or 0. */
function commaPort(text: string): number {
  const parts = text.split(',', 6);
  if (parts.length < 6) return 0;
  const high = Number.parseInt(parts[4] as string, 10);
  const low = Number.parseInt(parts[5] as string, 10);
  return high >= 0 && high < 256 && low >= 0 && low < 256 ? high * 256 + low : 0;
}

/** Port of `|1|address|port|` (RFC 2428), or 0. */
function barPort(text: string): number {
  const bar = text[0] ?? '';
  const port = Number.parseInt(bar === '' ? '' : (text.split(bar, 5)[3] ?? ''), 10);
  return port > 0 && port < 65536 ? port : 0;
}
