import type { DialogueFacts } from './facts.ts';

const GUESTS = new Set(['anonymous', 'ftp', 'guest', 'visitor']);
const HOST_ACCOUNTS = new Set(['root', 'adm', 'admin', 'administrator', 'bin', 'daemon', 'sys']);
/** Files that grant or guard access; KDD's "access control files". */
const ACCESS_FILES = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/hosts.equiv',
  '/etc/hosts.allow',
  '/etc/hosts.deny',
  '/etc/sudoers',
  '.rhosts',
  '.netrc',
  '.ssh/',
  'authorized_keys',
  '/etc/inetd.conf',
];
const SHELLS = new Set([
  'sh',
  'bash',
  'csh',
  'tcsh',
  'ksh',
  'zsh',
  'ash',
  'dash',
  'cmd',
  'cmd.exe',
  'powershell',
]);
/** Commands that put a file where none was. */
const CREATORS = new Set([
  'touch',
  'cp',
  'mv',
  'ln',
  'mkdir',
  'mknod',
  'vi',
  'vim',
  'ed',
  'tee',
  'gcc',
  'cc',
  'tar',
  'wget',
  'curl',
]);
/** Commands that change who may do what, or reach out; each is "hot". */
const HOT = new Set([
  'chmod',
  'chown',
  'useradd',
  'adduser',
  'passwd',
  'crontab',
  'gcc',
  'cc',
  'nc',
  'ncat',
  'wget',
  'curl',
  'tftp',
  'perl',
  'python',
  'eject',
  'ps',
  'insmod',
]);

/** Notes what a name says of the login that succeeded under it. */
export function loginName(facts: DialogueFacts, user: string): void {
  if (GUESTS.has(user)) facts.guestLogin = true;
  if (HOST_ACCOUNTS.has(user)) facts.hostLogin = true;
}

/** Counts a path that was read or written, when it is one of the access control files. */
export function judgePath(facts: DialogueFacts, text: string): void {
  const lower = text.toLowerCase();
  for (const name of ACCESS_FILES) {
    if (lower.includes(name)) {
      facts.accessFiles++;
      facts.hot++;
      return;
    }
  }
}

/** Commands of one line that are looked at: `a; b | c`. */
const MAX_PARTS = 8;

/** Judges a command line typed into a shell. `root`: the prompt before it was root's. */
export function judgeCommand(facts: DialogueFacts, line: string, root: boolean): void {
  const parts = line.replaceAll('|', ';').replaceAll('&', ';').split(';', MAX_PARTS);
  for (const part of parts) {
    const words = part.trim().split(' ', MAX_PARTS);
    const first = words[0] ?? '';
    const name = first.slice(first.lastIndexOf('/') + 1);
    if (name === '') continue;
    if (root) facts.rootCommands++;
    if (name === 'su' || name === 'sudo') judgeSu(facts, words);
    if (SHELLS.has(name)) facts.shells++;
    if (CREATORS.has(name) || part.includes('>')) facts.fileCreations++;
    if (HOT.has(name)) facts.hot++;
    judgePath(facts, part);
  }
}

function judgeSu(facts: DialogueFacts, words: readonly string[]): void {
  const target = words.find((word, index) => index > 0 && !word.startsWith('-')) ?? 'root';
  facts.suAttempted = target === 'root' ? 2 : Math.max(1, facts.suAttempted);
}
