import { MAYBE, type Prefix, type Protocol, type Verdict, YES } from './analyser.ts';
import { firstWord, replyCode } from './lines.ts';
import {
  bodyAfterCode,
  bothSides,
  codeAt,
  lineWithWord,
  startsWith,
  startsWithAny,
  visible,
} from './match.ts';
import { loginName } from './shell-words.ts';
import { TextDialogue } from './text-dialogue.ts';

/** SMTP (RFC 5321): greeting 220, then HELO, EHLO or LHLO. */
export const smtp: Protocol = {
  name: 'smtp',
  transport: 6,
  ports: [25, 587],
  recognise: (originator: Prefix, responder: Prefix) =>
    bothSides(codeAt(responder, ['220']), lineWithWord(originator, ['helo', 'ehlo', 'lhlo'])),
  create: (host) => new Smtp(host),
};

/**
 * POP3 (RFC 1939): greeting +OK, and as the first command USER, APOP, CAPA, AUTH or STLS. A later line
 * will not do: Redis answers +OK, too, to an AUTH behind its counts.
 */
export const pop3: Protocol = {
  name: 'pop3',
  transport: 6,
  ports: [110],
  recognise: (originator: Prefix, responder: Prefix) =>
    bothSides(
      startsWith(responder, '+ok'),
      startsWithAny(originator, ['user ', 'apop ', 'capa', 'auth', 'stls', 'quit']),
    ),
  create: (host) => new Pop3(host),
};

/** IMAP (RFC 9051): greeting `* OK`, `* PREAUTH` or `* BYE`, and a tagged command. */
export const imap: Protocol = {
  name: 'imap',
  transport: 6,
  ports: [143],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const greeting = startsWith(responder, '* ok');
    return bothSides(greeting, originator.end > originator.start ? YES : MAYBE);
  },
  create: (host) => new Imap(host),
};

class Smtp extends TextDialogue {
  #command = '';
  #inData = false;

  protected line(fromOriginator: boolean, text: string): void {
    if (fromOriginator) this.#request(text);
    else this.#reply(text);
  }

  #request(text: string): void {
    if (this.#inData) {
      if (text === '.') this.#inData = false;
      return;
    }
    const { word } = firstWord(text);
    if (word === '') return;
    this.host.dialogue().commands++;
    // Behind AUTH come lines of base64: they are the same command going on.
    if (this.#command !== 'AUTH' || word.length <= 4) this.#command = word;
    // Asking for accounts and old back doors: nobody who only sends mail does.
    const probing = word === 'VRFY' || word === 'EXPN' || word === 'DEBUG' || word === 'WIZ';
    if (probing) this.host.dialogue().hot++;
  }

  #reply(text: string): void {
    const code = replyCode(text);
    if (code === 0) return;
    if (code === 220 && this.#command === '') this.host.known().serverBanner = bodyAfterCode(text);
    if (text[3] === '-') return;
    if (this.#command !== '') this.host.confirm('smtp');
    const facts = this.host.dialogue();
    if (code === 354) this.#inData = true;
    else if (code === 235) facts.loggedIn = true;
    else if (code === 535) facts.failedLogins++;
    else if (code === 220 && this.#command === 'STARTTLS') this.startTls();
    if (code !== 334 && this.#command === 'AUTH') this.#command = '-';
  }
}

class Pop3 extends TextDialogue {
  #command = '';
  #user = '';

  protected line(fromOriginator: boolean, text: string): void {
    if (!fromOriginator) {
      this.#reply(text);
      return;
    }
    const { word, rest } = firstWord(text);
    this.host.dialogue().commands++;
    this.#command = word;
    if (word === 'USER' || word === 'APOP') this.#user = firstWord(rest).word.toLowerCase();
  }

  #reply(text: string): void {
    const good = text.startsWith('+OK');
    if (!good && !text.startsWith('-ERR')) return;
    if (this.#command === '') {
      this.host.known().serverBanner = visible(text.slice(4));
      return;
    }
    this.host.confirm('pop3');
    const facts = this.host.dialogue();
    const login = this.#command === 'PASS' || this.#command === 'APOP' || this.#command === 'AUTH';
    if (login && good) {
      facts.loggedIn = true;
      loginName(facts, this.#user);
    } else if (login) facts.failedLogins++;
    else if (good && this.#command === 'STLS') this.startTls();
  }
}

class Imap extends TextDialogue {
  #tag = '';
  #command = '';

  protected line(fromOriginator: boolean, text: string): void {
    if (!fromOriginator) {
      this.#reply(text);
      return;
    }
    const { word, rest } = firstWord(text);
    if (word === '' || rest === '') return;
    this.host.dialogue().commands++;
    this.#tag = word;
    this.#command = firstWord(rest).word;
    const open = text.lastIndexOf('{');
    // A literal's bytes are data, not lines; RFC 7888 allows them at once behind `{n+}`.
    if (open > 0 && text.endsWith('}')) {
      const size = Number.parseInt(text.slice(open + 1), 10);
      if (size > 0) this.originatorSkip = size;
    }
  }

  #reply(text: string): void {
    const { word, rest } = firstWord(text);
    if (this.#tag === '' && word === '*') this.host.known().serverBanner = visible(rest);
    if (this.#tag === '' || word !== this.#tag) return;
    const status = firstWord(rest).word;
    if (status !== 'OK' && status !== 'NO' && status !== 'BAD') return;
    this.host.confirm('imap');
    const facts = this.host.dialogue();
    const login = this.#command === 'LOGIN' || this.#command === 'AUTHENTICATE';
    if (login && status === 'OK') facts.loggedIn = true;
    else if (login) facts.failedLogins++;
    else if (status === 'OK' && this.#command === 'STARTTLS') this.startTls();
  }
}
