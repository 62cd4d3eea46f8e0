import { Command, CommanderError } from 'commander';
import { VERSION } from '../base/index.ts';
import { benchmarkCommand } from './commands/benchmark.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { detectCommand } from './commands/detect.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exploreCommand } from './commands/explore.ts';
import { flowsCommand } from './commands/flows.ts';
import { modelsCommand } from './commands/models.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { transferCommand } from './commands/transfer.ts';
import type { CommandContext } from './context.ts';

/** Every command, one line each; a file of `commands/` declares one. */
const COMMANDS = [
  detectCommand,
  flowsCommand,
  exploreCommand,
  trainCommand,
  evaluateCommand,
  benchmarkCommand,
  reproduceCommand,
  transferCommand,
  datasetsCommand,
  modelsCommand,
  serveCommand,
] as const;

/**
 * Runs the command line.
 * @param argv as `process.argv`: program, script, arguments
 * @param signal fires on Ctrl-C
 * @param onInterrupt how a command asks to be ended by the first Ctrl-C instead
 * @returns the exit code: 0 fine, 1 error, 2 usage, 3 alerts found with `--fail-on-alert`
 * @throws what the command threw; a CommanderError for wrong usage
 */
export async function runProgram(
  argv: readonly string[],
  signal: AbortSignal,
  onInterrupt: CommandContext['onInterrupt'] = () => {},
): Promise<number> {
  let code = 0;
  const context: CommandContext = {
    signal,
    onInterrupt,
    exit(value) {
      code = value;
    },
  };
  const program = new Command('wiresift')
    .description('Turns packets into flows, flows into evidence, evidence into alerts to trust.')
    .version(VERSION)
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 error, 2 usage, 3 alerts found with --fail-on-alert',
    );
  for (const declare of COMMANDS) program.addCommand(declare(context));
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  for (const command of [program, ...all]) command.exitOverride();
  if (argv.length <= 2) {
    program.outputHelp({ error: true });
    throw new CommanderError(2, 'commander.usage', 'no command');
  }
  await program.parseAsync(argv as string[]);
  return code;
}
