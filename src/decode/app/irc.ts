import { MAYBE, NO, type Prefix, type Protocol, type Verdict, YES } from './analyser.ts';
import { firstWord } from './lines.ts';
import { lineWithWord } from './match.ts';
import { TextDialogue } from './text-dialogue.ts';

/** Bytes of a client's line that IRC allows (RFC 1459 section 2.3). */
const MAX_IRC_LINE = 512;

/** IRC (RFC 1459, 2812): NICK, USER, PASS, SERVER, CAP or a numeric reply behind a prefix. */
export const irc: Protocol = {
  name: 'irc',
  transport: 6,
  ports: [6666, 6667, 6668, 6669],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    if (originator.end === originator.start) return MAYBE;
    const client = lineWithWord(originator, OPENERS);
    if (client !== YES) return client;
    // USER alone also opens FTP and POP3: there the server speaks first, with a code or +OK.
    const first = responder.end > responder.start ? responder.bytes[responder.start] : -1;
    if (first === 0x2b || first === 0x32 || first === 0x31) return NO;
    return client;
  },
  create: (host) => new Irc(host),
};

const OPENERS = ['nick ', 'join ', 'privmsg ', 'cap ls', 'cap req', 'server ', 'pong ', 'ping :'];

class Irc extends TextDialogue {
  protected line(fromOriginator: boolean, text: string): void {
    if (text.length > MAX_IRC_LINE) {
      this.host.weird('irc_line_size_exceeded', '');
      return;
    }
    let line = text.trimStart();
    if (line.length < 3) return;
    if (line.startsWith(':')) {
      const blank = line.indexOf(' ');
      if (blank < 0) return;
      line = line.slice(blank + 1).trimStart();
    }
    const { word, rest } = firstWord(line);
    if (fromOriginator) {
      this.host.confirm('irc');
      this.host.dialogue().commands++;
    }
    if (word === '001') this.host.dialogue().loggedIn = true;
    else if (word === '464') this.host.dialogue().failedLogins++;
    else if (word === '670') this.startTls();
    else if (word === 'PRIVMSG') this.#dcc(fromOriginator, rest);
  }

  /** `DCC SEND name address port size` announces a connection to the sender. */
  #dcc(fromOriginator: boolean, rest: string): void {
    const at = rest.indexOf('\u0001DCC ');
    if (at < 0) return;
    const words = rest.slice(at + 5).split(' ', 8);
    if (words[0] !== 'SEND') return;
    const port = Number.parseInt(words[3] ?? '', 10);
    if (port > 0 && port < 65536) this.host.expect('irc-dcc-data', port, fromOriginator);
  }
}
