import { stripVTControlCharacters } from 'node:util';
import { SingleBar } from 'cli-progress';
import {
  type Epoch,
  endingText,
  historyText,
  type LayerSummary,
  NETWORK_HEAD,
  networkRows,
  type TrainingEvent,
  type TrainingHistory,
  trainedNumbers,
} from '../models/index.ts';
import { textTable } from '../table/index.ts';
import { note } from './terminal.ts';

/** Shows how a training in passes over the rows goes on. */
export interface TrainingDisplay {
  readonly onTraining: (event: TrainingEvent) => void;
  /** Takes a bar away; safe at any time. */
  stop(): void;
}

/** What a display writes to: standard error, unless a test looks on. */
export interface TrainingTerminal {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly note: (line: string) => void;
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));
const share = (value: number): string => value.toFixed(4);

/** Seconds as `48 s`, `12 min`, `3 h 5 min`. */
function timeText(seconds: number): string {
  if (seconds < 100) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The layers of a network as a table of text. */
export function networkText(layers: readonly LayerSummary[]): string {
  const columns = NETWORK_HEAD.map((title) => ({ title }));
  return textTable(
    columns,
    networkRows(layers).map((row) => row.map(String)),
  );
}

/** What an epoch reached, in a few words: losses, then what stands best for rows not learned from. */
export function epochText({ loss, accuracy, ...held }: Epoch): string {
  const { heldOutLoss, heldOutAccuracy, balancedAccuracy } = held;
  const words = [`loss ${figure(loss)}`];
  if (heldOutLoss !== null) words.push(`held-out loss ${figure(heldOutLoss)}`);
  if (heldOutAccuracy !== null) words.push(`held-out accuracy ${share(heldOutAccuracy)}`);
  else if (accuracy !== null) words.push(`accuracy ${share(accuracy)}`);
  if (balancedAccuracy !== null) words.push(`balanced ${share(balancedAccuracy)}`);
  return words.join(', ');
}

/** How a network was trained: its layers, a line an epoch, and how it ended. */
export function trainingText(history: TrainingHistory): string {
  const { layers, epochs } = history;
  const lines = epochs.map((epoch, n) => `epoch ${n + 1}: ${epochText(epoch)}`);
  return [networkText(layers), ...lines, historyText(history)].join('\n');
}

/**
 * On a terminal a bar with epoch, losses, a metric and the time left; elsewhere a line an epoch.
 * The end is always told.
 * @param label `training gru`
 */
export function trainingDisplay(
  label: string,
  { stream, note: tell }: TrainingTerminal = { stream: process.stderr, note },
): TrainingDisplay {
  let bar: SingleBar | undefined;
  let name = label;
  let last: Epoch | undefined;
  let seconds = 0;
  /** Of an epoch, the newest counting most: the first one warms up. */
  let pace = 0;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const begin = (event: Extract<TrainingEvent, { event: 'network' }>): void => {
    const { part, layers, rows, heldOut, before, of } = event;
    name = part === undefined ? label : `${label}, ${part}`;
    [last, seconds, pace] = [undefined, 0, 0];
    const others = heldOut > 0 ? `, ${heldOut} held out` : '';
    // Without bold heads: remarks hold no control characters.
    for (const line of stripVTControlCharacters(networkText(layers)).split('\n')) tell(line);
    tell(`${name}: ${trainedNumbers(layers)} numbers by ${rows} rows${others}`);
    if (before.length > 0) tell(`carried on after epoch ${before.length} of the checkpoint`);
    if (!stream.isTTY || before.length >= of) return;
    bar = new SingleBar({
      format: `${name} [{bar}] epoch {value}/{total} | {reached} | {left}`,
      barsize: 16,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(of, before.length, { reached: 'first epoch', left: '' });
  };
  return {
    stop,
    onTraining(event) {
      if (event.event === 'network') begin(event);
      else if (event.event === 'epoch') {
        last = event.epoch;
        seconds += event.seconds;
        pace = pace === 0 ? event.seconds : (pace + event.seconds) / 2;
        const { number, of } = event;
        const left = `${timeText(pace * (of - number))} left`;
        const reached = epochText(last);
        if (bar) bar.update(number, { reached, left });
        else {
          const rate = `rate ${figure(last.rate)}`;
          tell(`epoch ${number}/${of}: ${reached}, ${rate}, ${timeText(event.seconds)}, ${left}`);
        }
      } else {
        stop();
        const reached = last ? `${epochText(last)}; ` : '';
        const took = last ? ` in ${timeText(seconds)}` : '';
        tell(`${name}${took}: ${reached}${endingText(event.ending, event.epochs)}`);
      }
    },
  };
}
