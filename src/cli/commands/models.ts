import { Command } from 'commander';
import { textTable } from '../../table/index.ts';
import type { CommandContext } from '../context.ts';

/** `wiresift models`: the kinds of model that can be trained, with their parameters. */
export function modelsCommand(_context: CommandContext): Command {
  return new Command('models')
    .description('list the kinds of model and their parameters')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  wiresift models\n  wiresift train ctu13 FILE --model forest --param trees=50',
    )
    .action(async (options: { json?: boolean }) => {
      const { modelKinds } = await import('../../models/index.ts');
      const kinds = modelKinds().map(({ kind, meaning, parameters }) => ({
        kind,
        meaning,
        parameters,
      }));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(kinds, null, 2)}\n`);
        return;
      }
      for (const { kind, meaning, parameters } of kinds) {
        const rows = parameters.map((each) => [
          `  ${each.name}`,
          each.choices?.join(' | ') ?? each.type,
          String(each.default),
          each.meaning,
        ]);
        const columns = [
          { title: '  parameter' },
          { title: 'type' },
          { title: 'default' },
          { title: 'meaning' },
        ];
        process.stdout.write(`${kind}: ${meaning}\n${textTable(columns, rows)}\n\n`);
      }
    });
}
