import { Command } from 'commander';
import { plainText, writeWhole } from '../../base/index.ts';
import type { ParameterGrid } from '../../evaluate/index.ts';
import type { ModelFile, ModelKind, OnnxSummary, ParameterSpec } from '../../models/index.ts';
import { textTable } from '../../table/index.ts';
import { type CommandContext, usage } from '../context.ts';

const EXAMPLES = `
Examples:
  wiresift models
  wiresift models show boosting
  wiresift models columns models/ctu13-botnet.safetensors
  wiresift models export ton-iot-type -o ton-iot-type.onnx
  wiresift models network gru.safetensors
  wiresift train ctu13 FILE --model forest --param trees=50
  wiresift train ctu13 FILE --model forest --search random --candidates 30`;

/** A kind with all that a search knows of it, as plain data. */
interface Listed extends Pick<ModelKind, 'kind' | 'meaning' | 'parameters'> {
  /** What `--search` tries unless told; null for kinds that wrap others. */
  readonly search: ParameterGrid | null;
  readonly presets: readonly { readonly name: string; readonly grids: readonly ParameterGrid[] }[];
}

/** `wiresift models`: the kinds of model that can be trained, with their parameters. */
export function modelsCommand(_context: CommandContext): Command {
  const command = new Command('models')
    .description('list the kinds of model, their parameters and what a search tries')
    .addHelpText('after', EXAMPLES);
  command
    .command('list', { isDefault: true })
    .description('all kinds (default)')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { modelKinds } = await import('../../models/index.ts');
      print(await Promise.all(modelKinds().map(listed)), json);
    });
  command
    .command('show')
    .description('one kind')
    .argument('<kind>', 'name of the kind')
    .option('--json', 'as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { modelKind } = await import('../../models/index.ts');
      print([await listed(modelKind(name))], json);
    });
  command
    .command('columns')
    .description('what a model file looks at: each column, where it comes from, its importance')
    .argument('<model>', 'model file')
    .option('--json', 'as JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { readModelFile } = await import('../model-path.ts');
      const columns = await columnsOf(readModelFile(path).file);
      if (json) process.stdout.write(`${JSON.stringify(columns, null, 2)}\n`);
      else process.stdout.write(`${columnsText(columns)}\n`);
    });
  command.addCommand(exportCommand());
  command
    .command('network')
    .description('how the network of a model file was trained: its layers, every epoch, the end')
    .argument('<model>', 'model file')
    .option('--json', 'as JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const { readModelFile } = await import('../model-path.ts');
      const { file } = readModelFile(path);
      const { training, kind } = file.model;
      if (!training) throw usage('models network', `a model of kind ${kind}`, 'a network');
      const { trainingText } = await import('../training-output.ts');
      if (json) process.stdout.write(`${JSON.stringify(training, null, 2)}\n`);
      else process.stdout.write(`${trainingText(training)}\n`);
    });
  return command;
}

const EXPORT_EXAMPLES = `
Examples:
  wiresift models export ctu13-botnet -o ctu13-botnet.onnx
  wiresift models export mine.safetensors -o mine.onnx --matrix --json

The graph takes one input a column of the view: 64-bit floats with NaN, words with "" for an empty
cell; with --matrix one input of 32-bit floats. It gives probabilities and label. See docs/onnx.md.`;

/** `wiresift models export`: a model file as ONNX. */
function exportCommand(): Command {
  return new Command('export')
    .description('write a model with its preparation as ONNX, for other programs')
    .argument('<model>', 'model file, or name of a shipped model')
    .requiredOption('-o, --output <file>', 'where to write it (.onnx)')
    .option('--matrix', 'take the prepared matrix in place of the raw columns')
    .option('--json', 'what was written, as JSON')
    .addHelpText('after', EXPORT_EXAMPLES)
    .action(async (path: string, options: ExportArguments) => {
      if (!options.output.endsWith('.onnx')) {
        throw usage('--output', `"${options.output}"`, 'a name that ends in .onnx');
      }
      const { readModelFile } = await import('../model-path.ts');
      const { exportOnnx } = await import('../../models/index.ts');
      const { file, hash } = readModelFile(path);
      const { bytes, summary } = exportOnnx(file, { hash, matrix: options.matrix === true });
      writeWhole(options.output, bytes);
      if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
      else process.stdout.write(summaryText(options.output, summary));
    });
}

interface ExportArguments {
  readonly output: string;
  readonly matrix?: boolean;
  readonly json?: boolean;
}

function summaryText(path: string, summary: OnnxSummary): string {
  const { kind, nodes, bytes, inputs, outputs, irVersion, opsets } = summary;
  const value = ({ name, type, width }: (typeof inputs)[number]): string =>
    `  ${plainText(name)}: ${type}, rows${width === undefined ? '' : ` × ${width}`}`;
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  return [
    `written: ${path}, ${bytes} bytes: ${kind}, ${nodes} nodes, IR ${irVersion}, ${versions.join(', ')}`,
    'inputs',
    ...inputs.map(value),
    'outputs',
    ...outputs.map(value),
    '',
  ].join('\n');
}

async function listed({ kind, meaning, parameters }: ModelKind): Promise<Listed> {
  const { SEARCH_PRESETS, SEARCH_SPACES } = await import('../../evaluate/index.ts');
  const presets = SEARCH_PRESETS.filter((each) => each.modelKind === kind);
  return {
    kind,
    meaning,
    parameters,
    search: SEARCH_SPACES[kind] ?? null,
    presets: presets.map(({ name, grids }) => ({ name, grids })),
  };
}

function print(kinds: readonly Listed[], json: boolean | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(kinds, null, 2)}\n`);
    return;
  }
  for (const kind of kinds) process.stdout.write(`${kindText(kind)}\n\n`);
}

/** `trees: 1 to 100000`, `none | balanced`. */
function rangeText({ type, choices, min, max, default: usual }: ParameterSpec): string {
  const none = usual === null ? ', or none' : '';
  if (choices) return choices.join(' | ');
  if (min === undefined && max === undefined) return type;
  return `${type} ${min ?? ''} to ${max ?? ''}${none}`;
}

function valuesText(values: ParameterGrid[string] | undefined): string {
  if (values === undefined) return '';
  if (!('low' in values)) return values.map((each) => each ?? 'none').join(',');
  return `${values.scale === 'log' ? 'log:' : ''}${values.low}..${values.high}`;
}

function kindText({ kind, meaning, parameters, search, presets }: Listed): string {
  const rows = parameters.map((each) => [
    `  ${each.name}`,
    rangeText(each),
    String(each.default ?? 'none'),
    valuesText(search?.[each.name]),
    each.meaning,
  ]);
  const titles = ['  parameter', 'values', 'default', 'search tries', 'meaning'];
  const named = presets.flatMap(({ name, grids }) =>
    grids.map((grid) => {
      const words = Object.entries(grid).map(([key, values]) => `${key}=${valuesText(values)}`);
      return `  preset ${name} (prior-work-b): ${words.join(' ')}`;
    }),
  );
  const columns = titles.map((title) => ({ title }));
  return [`${kind}: ${meaning}`, textTable(columns, rows), ...named].join('\n');
}

interface ColumnOrigin {
  readonly name: string;
  readonly from: string;
  readonly inputs: readonly string[];
  readonly step: string;
  readonly category: string | null;
  readonly importance: number;
}

async function columnsOf({ model, pipeline }: ModelFile): Promise<ColumnOrigin[]> {
  const { pipelineFromJSON } = await import('../../features/index.ts');
  const fitted = pipelineFromJSON(pipeline);
  const importances = model.importances();
  return fitted.names.map((name, column) => {
    const { from, inputs, step, category } = fitted.origin(column);
    const importance = importances[column] ?? 0;
    return { name, from, inputs, step, category: category ?? null, importance };
  });
}

function columnsText(columns: readonly ColumnOrigin[]): string {
  const rows = columns.map(({ name, inputs, step, category, importance }) => [
    name,
    inputs.join(', '),
    step,
    category ?? '',
    importance.toFixed(4),
  ]);
  const titles = ['column', 'from', 'last step', 'stands for', 'importance'];
  return textTable(
    titles.map((title) => ({ title })),
    rows,
  );
}
