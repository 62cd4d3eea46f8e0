import { Command } from 'commander';
import type { DatasetListing } from '../../datasets/index.ts';
import { textTable } from '../../table/index.ts';
import type { CommandContext } from '../context.ts';
import { createProgress, note } from '../terminal.ts';

const EXAMPLES = `
Examples:
  wiresift datasets
  wiresift datasets show ctu13
  wiresift datasets fetch ctu13 capture20110816.binetflow --into data`;

/** `wiresift datasets`: what is known of each data set, and its download from the publisher. */
export function datasetsCommand(context: CommandContext): Command {
  const command = new Command('datasets')
    .description('list the known data sets; show one; fetch its files from the publisher')
    .addHelpText('after', EXAMPLES);
  command
    .command('list', { isDefault: true })
    .description('list them with source, licence, citation, checksum and how to fetch (default)')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const { listDatasets } = await import('../../datasets/index.ts');
      if (options.json) print(listDatasets());
      else for (const dataset of listDatasets()) process.stdout.write(`${cardText(dataset)}\n\n`);
    });
  command
    .command('show')
    .argument('<name>', 'name of the data set')
    .description('one data set with its label mapping and known errata')
    .option('--json', 'as JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const { findDatasetCard, listDatasets } = await import('../../datasets/index.ts');
      findDatasetCard(name);
      const dataset = listDatasets().find((each) => each.name === name)!;
      if (options.json) print(dataset);
      else process.stdout.write(`${cardText(dataset)}\n\n${detailsText(dataset)}\n`);
    });
  command
    .command('fetch')
    .argument('<name>', 'name of the data set')
    .argument('[files...]', 'names of its files; all of them when none is given')
    .option('--into <folder>', 'where to put them', 'data')
    .option('--json', 'as JSON')
    .description('fetch files from their publisher; each is written whole or not at all')
    .action(async (name: string, files: string[], options: { into: string; json?: boolean }) => {
      await fetchFiles(context, { name, files, ...options });
    });
  return command;
}

const print = (value: unknown): boolean =>
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

function cardText(dataset: DatasetListing): string {
  const files = dataset.files.map((file) => [
    `  ${file.name}`,
    file.what,
    file.checksum,
    file.command ?? 'no address recorded',
  ]);
  return [
    `${dataset.name}: ${dataset.title}`,
    `  source    ${dataset.source ?? 'not recorded'} (${dataset.publisher})`,
    `  licence   ${dataset.licence}`,
    `  cite      ${dataset.citation}`,
    `  reader    ${dataset.reader}`,
    textTable(
      [{ title: '  file' }, { title: 'what' }, { title: 'checksum' }, { title: 'fetch with' }],
      files,
    ),
  ].join('\n');
}

function detailsText(dataset: DatasetListing): string {
  const labels = dataset.labels.map((rule) => [
    `  ${rule.group}`,
    rule.labels,
    rule.class ?? 'no class: reported apart',
  ]);
  const errata = dataset.errata.map((each) => `  - ${each}`);
  return [
    textTable([{ title: '  group' }, { title: 'labels' }, { title: 'class' }], labels),
    '',
    '  Known errata',
    ...(errata.length > 0 ? errata : ['  - none recorded']),
  ].join('\n');
}

async function fetchFiles(
  { signal }: CommandContext,
  options: { name: string; files: string[]; into: string; json?: boolean },
): Promise<void> {
  const { fetchDataset } = await import('../../datasets/index.ts');
  const progress = createProgress(`fetching ${options.name}`);
  try {
    const fetched = await fetchDataset({
      name: options.name,
      into: options.into,
      signal,
      ...(options.files.length > 0 ? { files: options.files } : {}),
      onProgress: ({ done, total }) => progress.update(done, total ?? Number.NaN),
    });
    if (options.json) print(fetched);
    else {
      for (const file of fetched) {
        const checked = file.checked ? 'checksum right' : 'no checksum known';
        note(`${file.path}: ${file.bytes} bytes, sha256 ${file.sha256}, ${checked}`);
      }
    }
  } finally {
    progress.stop();
  }
}
