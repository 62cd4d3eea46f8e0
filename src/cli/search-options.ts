import { type Command, Option } from 'commander';
import type {
  FoldKind,
  ParameterGrid,
  SearchChoice,
  SearchMethod,
  SearchProgress,
} from '../evaluate/index.ts';
import type { ModelKind } from '../models/index.ts';
import { usage, wholeArgument } from './context.ts';
import { readGrid } from './parameter-values.ts';
import { createProgress } from './terminal.ts';

/** Options of a search, as the command line gives them. */
export interface SearchOptions {
  readonly search?: SearchMethod['kind'];
  readonly grid: readonly string[];
  readonly preset?: string;
  readonly candidates?: number;
  readonly searchMetric?: string;
  readonly folds: number;
  readonly cv?: FoldKind;
  readonly nested?: number | true;
  readonly journal?: string;
}

/** Outer folds where `--nested` names none. */
const OUTER_FOLDS = 3;
/** Draws of a random search unless told. */
const CANDIDATES = 20;

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** Adds the options of a search to a command. */
export function addSearchOptions(command: Command): Command {
  return command
    .optionsGroup('Search for parameters:')
    .addOption(
      new Option('--search <method>', 'find the parameters by cross-validated search').choices([
        'grid',
        'random',
        'halving',
      ]),
    )
    .option(
      '--grid <name=values>',
      'values to try, as trees=100,300 or C=log:0.01..100; may be given often',
      collect,
      [],
    )
    .option('--preset <name>', 'grids by name, such as prior-work-b (see wiresift models)')
    .option(
      '--candidates <n>',
      `draws of random search (default: ${CANDIDATES}), or of halving (default: the whole grid)`,
      wholeArgument('--candidates', 1, 10_000),
    )
    .option('--search-metric <name>', 'what the best is best at (default: balancedAccuracy)')
    .option('--folds <k>', 'of the cross-validation', wholeArgument('--folds', 2, 100), 5)
    .addOption(
      new Option('--cv <kind>', 'how folds are dealt (default: as the split)').choices([
        'stratified',
        'grouped',
        'time',
      ]),
    )
    .option(
      '--nested [folds]',
      `also say how good the search is, on outer folds that chose nothing (default: ${OUTER_FOLDS})`,
      wholeArgument('--nested', 2, 100),
    )
    .option('--journal <file>', 'write every score down; the same command goes on after a kill')
    .optionsGroup('Options:');
}

/**
 * The search that the options ask for, or undefined.
 * @param split how folds are dealt unless `--cv` says
 * @throws WiresiftError `USAGE` for options of a search without `--search`, `SEARCH` for an unknown
 *   preset, a kind without a space, or an unknown metric
 */
export async function readSearch(
  options: SearchOptions,
  kind: ModelKind,
  split: FoldKind,
): Promise<SearchChoice | undefined> {
  const { search, grid, preset, candidates, searchMetric, folds, cv, nested, journal } = options;
  if (search === undefined) {
    const extra = { '--grid': grid.length > 0, '--preset': preset, '--candidates': candidates };
    const lone = Object.entries({ ...extra, '--nested': nested, '--journal': journal });
    const given = lone.find(([, value]) => value)?.[0];
    if (given) throw usage(given, 'no --search', '--search grid, random or halving beside it');
    return undefined;
  }
  const { discretised, gridsFor, scoringMetric } = await import('../evaluate/index.ts');
  if (searchMetric !== undefined) scoringMetric(searchMetric);
  const own = readGrid(kind, grid);
  const named = preset !== undefined || grid.length === 0;
  const grids: ParameterGrid[] = named
    ? gridsFor(kind.kind, preset).map((each) => ({ ...each, ...own }))
    : [own];
  const drawn = search === 'random' || candidates !== undefined;
  return {
    grids: drawn ? grids : grids.map(discretised),
    method: methodOf(search, candidates),
    folds,
    split: cv ?? split,
    ...(searchMetric === undefined ? {} : { metric: searchMetric }),
    ...(journal === undefined ? {} : { journal }),
    ...(nested === undefined ? {} : { nested: nested === true ? OUTER_FOLDS : nested }),
  };
}

function methodOf(kind: SearchMethod['kind'], count: number | undefined): SearchMethod {
  if (kind === 'random') return { kind, count: count ?? CANDIDATES };
  if (kind === 'halving') return count === undefined ? { kind } : { kind, count };
  if (count !== undefined) {
    throw usage('--candidates', '--search grid', '--search random or halving beside it');
  }
  return { kind };
}

/** A bar for each round of a search, with the time left. */
export function searchProgress(kind: string): {
  readonly update: (progress: SearchProgress & { readonly outer: number }) => void;
  readonly stop: () => void;
} {
  let shown = '';
  let bar = createProgress(`searching ${kind}`);
  return {
    update({ round, rounds, done, total, outer }) {
      const fold = outer > 0 ? `outer fold ${outer}, ` : '';
      const label = `searching ${kind}, ${fold}round ${round} of ${rounds}`;
      if (label !== shown) {
        bar.stop();
        bar = createProgress(label);
        shown = label;
      }
      bar.update(done, total);
    },
    stop() {
      bar.stop();
    },
  };
}
