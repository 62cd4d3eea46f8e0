import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../base/index.ts';
import type { ModelKind, TrainingHistory } from '../models/index.ts';
import { type ChartOptions, writeCharts } from './chart-output.ts';
import { usage } from './context.ts';
import { note } from './terminal.ts';

/** What may be asked of kinds that learn in epochs. */
export interface TrainingOptions extends ChartOptions {
  readonly checkpoint?: string;
  readonly curves?: string;
}

/** What was trained, for titles and files of figures. */
export interface TrainingFacts {
  readonly kind: string;
  readonly dataset: string;
  readonly seed: number;
  readonly parameters: object;
}

const OPTIONS = ['checkpoint', 'curves', 'png', 'svg'] as const;

/** Whether a kind, or the one that it calibrates, learns in epochs. */
async function learnsInEpochs(name: string, parameters: object): Promise<boolean> {
  const { modelKind } = await import('../models/index.ts');
  const { parameters: specs }: ModelKind = modelKind(name);
  if (specs.some((spec) => spec.name === 'epochs')) return true;
  const base = specs.find((spec) => spec.name === 'base');
  if (!base) return false;
  const given = (parameters as Record<string, unknown>)['base'] ?? base.default;
  return await learnsInEpochs(String(given), {});
}

/** Where the card of a model goes, without its ending. */
export const cardPath = (output: string): string => output.replace(/\.safetensors$/, '');

/**
 * Looks at the options before anything long begins.
 * @throws WiresiftError `USAGE`
 */
export async function checkTrainingOptions(
  options: TrainingOptions & { readonly output: string },
  kind: string,
  parameters: object,
): Promise<void> {
  const given = OPTIONS.find((name) => options[name] !== undefined);
  if (given && !(await learnsInEpochs(kind, parameters))) {
    throw usage(
      `--${given}`,
      `--model ${kind}`,
      'a kind that learns in epochs, such as ann or gru',
    );
  }
  const { curves, output } = options;
  if (curves !== undefined && resolve(curves) === resolve(`${cardPath(output)}.html`)) {
    throw usage('--curves', `"${curves}"`, 'another name: the card of the model goes there');
  }
  if (curves !== undefined && !/\.(html|json)$/.test(curves)) {
    throw usage('--curves', `"${curves}"`, 'a name that ends in .html or .json');
  }
}

/** Parameters in a line, without the layers, which the page shows. */
const settingsText = (parameters: object): string =>
  Object.entries(parameters)
    .filter(([name, value]) => name !== 'network' && value !== null && value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Writes the curves of a training to the file and the folders asked for. */
export async function writeCurves(
  options: TrainingOptions,
  history: TrainingHistory,
  facts: TrainingFacts,
): Promise<void> {
  const { curves } = options;
  const { pageHtml, trainingPage } = await import('../report/index.ts');
  const { kind, dataset, seed, parameters } = facts;
  const page = trainingPage(history, {
    title: `How ${kind} was trained on ${dataset}`,
    lead: `${settingsText(parameters)}, seed ${seed}.`,
  });
  if (curves !== undefined) {
    const figures = `${JSON.stringify({ ...facts, ...history }, null, 2)}\n`;
    writeWhole(curves, curves.endsWith('.json') ? figures : pageHtml(page));
    note(`written: ${curves}`);
  }
  await writeCharts(options, async () => page);
}

/** Says of a training that was stopped how it is carried on. */
export function noteCheckpoint({ checkpoint }: TrainingOptions): void {
  if (checkpoint === undefined || !existsSync(checkpoint)) return;
  note(`stopped; the same command carries on from ${checkpoint}`);
}

/** Adds {@link TrainingOptions}. */
export function addTrainingOptions(command: Command): Command {
  return command
    .option(
      '--checkpoint <file>',
      'of a network: keep the training there after each epoch, and carry on from it',
    )
    .option('--curves <file>', 'of a network: its curves as a page (.html) or figures (.json)')
    .option('--png <folder>', 'of a network: each curve as a PNG file')
    .option('--svg <folder>', 'the same as SVG');
}
