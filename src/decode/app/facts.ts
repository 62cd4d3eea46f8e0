/** First DNS transaction of a connection and how many there were. Names as Zeek's `dns.log`. */
export interface DnsFacts {
  /** Name asked for, lower case, without the last dot; '' when the message asks nothing. */
  query: string;
  /** -1 when unknown, and so are the other numbers; the names are then ''. */
  qclass: number;
  qclassName: string;
  qtype: number;
  qtypeName: string;
  /** From the reply; -1 until one came. */
  rcode: number;
  rcodeName: string;
  AA: boolean;
  TC: boolean;
  RD: boolean;
  RA: boolean;
  Z: number;
  /** A reply that carries a question and nothing else. */
  rejected: boolean;
  /** Answer records in the first transaction's reply. */
  answersCount: number;
  /** Identifier of the first transaction: the reply is told by it. */
  id: number;
  /** Counted over the whole connection. */
  queries: number;
  replies: number;
  /** Replies with RCODE 3. */
  nameErrors: number;
}

/** First TLS (SSL, DTLS) handshake of a connection. Names as Zeek's `ssl.log`. */
export interface SslFacts {
  /**
   * 'SSLv2', 'SSLv3', 'TLSv10' … 'TLSv13', 'DTLSv10' … 'DTLSv13'; '' before ServerHello.
   */
  version: string;
  /** IANA's name of the chosen suite, or '' before ServerHello. */
  cipher: string;
  /** Group of an ECDHE or TLS 1.3 key share, or ''. */
  curve: string;
  serverName: string;
  resumed: boolean;
  established: boolean;
  /** First server certificate's names, RFC 4514 order; '' when none went in the clear. */
  subject: string;
  issuer: string;
  ja3: string;
  ja3s: string;
  ja4: string;
  /** Protocol chosen by the server, or ''. */
  alpn: string;
}

/** First HTTP request and its reply, and how many there were. Names as Zeek's `http.log`. */
export interface HttpFacts {
  /** 1 for the first transaction; the number of requests stands in `requests`. */
  transDepth: number;
  method: string;
  host: string;
  uri: string;
  /** '1.1', '1.0', …; the reply's when there is one. */
  version: string;
  userAgent: string;
  /** Bytes of the bodies as they went by (chunk framing left out). */
  requestBodyLength: number;
  responseBodyLength: number;
  /** 0 until a reply came. */
  statusCode: number;
  /** Comma-separated; '' when nothing was recognised. */
  origMimeTypes: string;
  respMimeTypes: string;
  requests: number;
  replies: number;
}

/** First oddity of a connection by Zeek's name, and how many there were. */
export interface WeirdFacts {
  name: string;
  addl: string;
  notice: boolean;
  count: number;
}

/**
 * What a clear-text dialogue shows of a login and what was done with it; `docs/app.md` defines
 * each.
 */
export interface DialogueFacts {
  failedLogins: number;
  loggedIn: boolean;
  guestLogin: boolean;
  hostLogin: boolean;
  rootShell: boolean;
  /** 0 not seen, 1 `su` was typed, 2 it was `su root` (or plain `su`, which means it). */
  suAttempted: number;
  rootCommands: number;
  fileCreations: number;
  shells: number;
  accessFiles: number;
  outboundCommands: number;
  hot: number;
  compromised: number;
  /** Command lines of the originator. */
  commands: number;
}

/** All that the analysers learned of one connection; null where nothing of the kind was seen. */
export interface AppFacts {
  dns: DnsFacts | null;
  ssl: SslFacts | null;
  http: HttpFacts | null;
  weird: WeirdFacts | null;
  dialogue: DialogueFacts | null;
  /** Software the responder names in its greeting (SSH, FTP, SMTP, MySQL …), or ''. */
  serverBanner: string;
  /** The same of the originator (SSH), or ''. */
  clientBanner: string;
}

/** Facts of a connection of which nothing is known. */
export function createAppFacts(): AppFacts {
  return {
    dns: null,
    ssl: null,
    http: null,
    weird: null,
    dialogue: null,
    serverBanner: '',
    clientBanner: '',
  };
}

/** Shared by all connections of which nothing is known; frozen. */
export const NO_FACTS: AppFacts = Object.freeze(createAppFacts());

/** Dialogue counters at zero. */
export function createDialogueFacts(): DialogueFacts {
  return {
    failedLogins: 0,
    loggedIn: false,
    guestLogin: false,
    hostLogin: false,
    rootShell: false,
    suAttempted: 0,
    rootCommands: 0,
    fileCreations: 0,
    shells: 0,
    accessFiles: 0,
    outboundCommands: 0,
    hot: 0,
    compromised: 0,
    commands: 0,
  };
}
