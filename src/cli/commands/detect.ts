import { Command, Option } from 'commander';
import { plainText } from '../../base/index.ts';
import type { AlertRow } from '../../detect/index.ts';
import type { DetectedSegment } from '../../pipeline.ts';
import { type TextTableColumn, textTable } from '../../table/index.ts';
import {
  addCaptureOptions,
  type CaptureArguments,
  meterOptions,
  noteSummary,
} from '../capture-options.ts';
import { type CommandContext, usage } from '../context.ts';
import { createProgress, note } from '../terminal.ts';

const SEVERITIES = ['high', 'medium', 'low'] as const;

/** Alerts of captures or of flow files; only captures have a summary of packets. */
type Found = Pick<DetectedSegment, 'alerts' | 'detection'> & Partial<DetectedSegment>;

interface DetectOptions extends CaptureArguments {
  /** Names or paths, or false with `--no-model`. */
  readonly model?: readonly string[] | false;
  readonly json?: boolean;
  readonly failOnAlert?: boolean;
  readonly strict?: boolean;
  readonly set: Readonly<Record<string, number>>;
  readonly internal?: readonly string[];
  readonly minimumSeverity: (typeof SEVERITIES)[number];
}

const EXAMPLES = `
Examples:
  wiresift detect capture.pcap
  wiresift detect capture.pcap --json | jq .wiresift.agreement_text
  wiresift detect capture.pcap --model ctu13-botnet --model mine.safetensors
  wiresift detect conn.log dns.log
  wiresift detect capture.binetflow.gz
  wiresift detect udp://127.0.0.1:2055 --for 3600
  wiresift detect capture.pcap --no-model --set horizontalScanHosts=50
  tcpdump -w - -i eth0 -G 600 -W 1 | wiresift detect - --fail-on-alert

Thresholds of the detectors, with units and reasons: docs/detect.md.`;

function collectThreshold(
  text: string,
  known: Readonly<Record<string, number>>,
): Record<string, number> {
  const [name, value] = text.split('=');
  if (!name || value === undefined || value === '' || !Number.isFinite(Number(value))) {
    throw usage('--set', `"${text}"`, 'NAME=NUMBER');
  }
  return Object.fromEntries([...Object.entries(known), [name, Number(value)]]);
}

const collectModel = (name: string, known: readonly string[] | false = []): string[] => [
  ...(known || []),
  name,
];

/** `wiresift detect`: captures in, alerts out. */
export function detectCommand(context: CommandContext): Command {
  const command = new Command('detect')
    .description('find attacks in captures or flows: alerts by host and kind, with their reasons')
    .argument('<files...>', 'pcap, pcapng or flows; - is standard input; udp://ADDRESS:PORT')
    .option(
      '--model <name|file>',
      'shipped model or model file; may be given often; default all shipped that can read the input',
      collectModel,
    )
    .option('--no-model', 'behavioural detectors alone')
    .option('--json', 'EVE JSON, one alert a line')
    .option('--strict', 'refuse a flow file with a row that cannot be read')
    .option('--fail-on-alert', 'exit code 3 when there is an alert')
    .option(
      '--set <name=value>',
      'a threshold of a detector; may be given often',
      collectThreshold,
      {},
    )
    .option('--internal <cidr,...>', 'networks that are inside', (text: string) => text.split(','))
    .addOption(
      new Option('--minimum-severity <word>', 'alerts below are only counted')
        .choices(SEVERITIES)
        .default('medium'),
    );
  return addCaptureOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: DetectOptions) => {
      await detect(context, files, options);
    });
}

async function detect(
  context: CommandContext,
  files: readonly string[],
  options: DetectOptions,
): Promise<void> {
  const { alertRows, eveLine } = await import('../../detect/index.ts');
  const found = await judge(context, files, options);
  const alerts = found.flatMap((each) => each.alerts);
  if (options.json) for (const alert of alerts) process.stdout.write(`${eveLine(alert)}\n`);
  else process.stdout.write(alertsText(alertRows(alerts)));
  if (!options.quiet) noteFound(found);
  if (options.failOnAlert && alerts.length > 0) context.exit(3);
}

/** Captures go through the whole live path; flows that other tools made join it behind the meter. */
async function judge(
  context: CommandContext,
  files: readonly string[],
  options: DetectOptions,
): Promise<Found[]> {
  const { inputKind } = await import('../input-kind.ts');
  const { readModels } = await import('../model-path.ts');
  const models = options.model === false ? [] : readModels(options.model ?? []);
  const shared = {
    models,
    detection: {
      thresholds: options.set,
      minimumSeverity: options.minimumSeverity,
      ...(options.internal ? { internal: options.internal } : {}),
    },
    signal: context.signal,
  };
  const kind = await inputKind(files);
  if (kind === 'udp') {
    const { detectExported } = await import('../detect-exported.ts');
    const { listenAddress } = await import('../listen.ts');
    const seconds = options.for === undefined ? {} : { seconds: options.for };
    const place = listenAddress(files[0]!);
    const { quiet = false } = options;
    return [await detectExported(context, { ...shared, ...place, ...seconds, quiet })];
  }
  if (kind === 'flows') {
    const { detectFlows } = await import('../detect-flows.ts');
    const { strict = false, quiet = false } = options;
    return [await detectFlows(files, { ...shared, strict, quiet })];
  }
  const { detectCaptures } = await import('../../pipeline.ts');
  const progress = createProgress('reading');
  try {
    return await detectCaptures(files, {
      ...shared,
      meter: meterOptions(options),
      workers: options.workers,
      onProgress: (_file, done, total) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
}

const COLUMNS: readonly (TextTableColumn & { readonly key: keyof AlertRow })[] = [
  { key: 'severity', title: 'Severity' },
  { key: 'host', title: 'Host' },
  { key: 'what', title: 'What' },
  { key: 'technique', title: 'ATT&CK' },
  { key: 'when', title: 'When (UTC)' },
  { key: 'flows', title: 'Flows', align: 'right' },
  { key: 'score', title: 'Score (threshold)' },
  { key: 'peers', title: 'With' },
];

/** The table, then for each alert why it was raised: that does not fit in a row. */
function alertsText(rows: readonly AlertRow[]): string {
  if (rows.length === 0) return 'No alerts.\n';
  const table = textTable(
    [{ title: '#', align: 'right' }, ...COLUMNS],
    rows.map((row, i) => [i + 1, ...COLUMNS.map(({ key }) => row[key])]),
  );
  const reasons = rows.map((row, i) =>
    [
      `${i + 1}  ${row.host}, ${row.what.toLowerCase()}`,
      `   ${plainText(row.agreement)}`,
      ...(row.why === '' ? [] : [`   Why: ${plainText(row.why)}`]),
      ...(row.models === '' ? [] : [`   Models: ${row.models}`]),
      ...(row.communityIds === '' ? [] : [`   Community ID: ${row.communityIds}`]),
      ...(row.coverage === '' ? [] : [`   Lost meanwhile: ${row.coverage}`]),
    ].join('\n'),
  );
  return `${table}\n\n${reasons.join('\n')}\n`;
}

/** How many rows of its view each model scored, and how many reached its threshold. */
function modelCounts({ models }: Found['detection']): string {
  if (models.length === 0) return 'no model';
  return models
    .map(({ name, scored, above, abstained }) => {
      const unsure = abstained > 0 ? `, ${abstained} it abstained on` : '';
      return `${name} ${scored} scored, ${above} above its threshold${unsure}`;
    })
    .join('; ');
}

function noteFound(found: readonly Found[]): void {
  noteSummary(found.flatMap(({ segment }) => segment ?? []));
  for (const { alerts, detection } of found) {
    const hidden = detection.suppressed;
    const below = hidden > 0 ? `; ${hidden} below --minimum-severity not shown` : '';
    note(
      `${alerts.length} alerts from ${detection.flows} flow records; ${modelCounts(detection)}${below}`,
    );
    if (detection.late > 0) note(`  flows too late for their window: ${detection.late}`);
    const bounds = Object.entries(detection.evicted).filter(([, count]) => count > 0);
    if (bounds.length > 0 || detection.evidenceDropped > 0) {
      const evicted = bounds.map(([name, count]) => `${name} ${count}`).join(', ');
      note(
        `  counters evicted: ${evicted || 'none'}; evidence dropped: ${detection.evidenceDropped}`,
      );
    }
  }
}
