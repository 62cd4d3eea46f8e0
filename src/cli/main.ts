import { abortOpenFiles, WiresiftError } from '../base/index.ts';
import { runProgram } from './program.ts';
import { note } from './terminal.ts';

/** Codes of `commander` that are no mistake: the user asked for help or the version. */
const ASKED = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

function exitCodeOf(error: unknown): number {
  if (error instanceof WiresiftError) {
    note(`wiresift: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof Error && 'code' in error) {
    const code = String(error.code);
    if (code.startsWith('commander.')) return ASKED.has(code) ? 0 : 2;
    // Whoever reads our output closed it (`| head`): nothing to say, nothing wrong.
    if (code === 'EPIPE') return 0;
    // What the system refused (no such folder, disk full) is its own best explanation.
    if ('syscall' in error) {
      note(`wiresift: ${error.message}`);
      return 1;
    }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`wiresift: this is a fault in wiresift itself, please report it\n${text}\n`);
  return 1;
}

const interrupted = new AbortController();
let end: (() => void) | undefined;
process.on('SIGINT', () => {
  if (end) {
    const finish = end;
    end = undefined;
    note('wiresift: stopping; what was taken is finished');
    finish();
    return;
  }
  abortOpenFiles();
  // The first Ctrl-C lets the work end cleanly; the second does not wait.
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
  note('wiresift: stopping; nothing half-written is kept');
  setTimeout(() => process.exit(130), 2000).unref();
});
process.stdout.on('error', (error) => process.exit(exitCodeOf(error)));

try {
  process.exitCode = await runProgram(process.argv, interrupted.signal, (finish) => {
    end = finish;
  });
} catch (error) {
  abortOpenFiles();
  process.exitCode = interrupted.signal.aborted ? 130 : exitCodeOf(error);
}
if (interrupted.signal.aborted) process.exit(130);
