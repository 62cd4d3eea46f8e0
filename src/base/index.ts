export { ipv4Text, ipv6Text, macText, parseAddress } from './address.ts';
export { argusTime, eveTime, parseTime } from './clock.ts';
export { type ErrorFacts, stopRequested, WiresiftError } from './error.ts';
export { abortOpenFiles, createWholeFile, type WholeFile, writeWhole } from './file.ts';
export { Journal, type JournalKind, type JournalLine } from './journal.ts';
export { plainText } from './plain-text.ts';
export { Random } from './random.ts';
export { binomialUpperTail } from './tail.ts';
export { VERSION } from './version.ts';
