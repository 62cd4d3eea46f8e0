import { WiresiftError } from '../../src/base/index.ts';
import { readSettings } from './settings.ts';

/** `npm run figures -- NAME [OPTIONS]`: each name prints the figures of one data set. */
const FIGURES = [
  'toniot',
  'toniot-networks',
  'nsl-kdd',
  'ctu13',
  'two-stage',
  'sequences',
] as const;
const [name, ...args] = process.argv.slice(2);
const known = FIGURES.find((each) => each === name);
if (!known) {
  process.stderr.write(
    `usage: npm run figures -- NAME [--seeds N] [--quick] [--json] [--threads N] [--data FOLDER] [--journal FILE] [--kinds KIND,KIND]\n` +
      `  names: ${FIGURES.join(', ')}\n`,
  );
  process.exit(2);
}
const figures: { run(settings: ReturnType<typeof readSettings>): Promise<void> } = await import(
  new URL(`${known}.ts`, import.meta.url).href
);
try {
  await figures.run(readSettings(args));
} catch (error) {
  if (!(error instanceof WiresiftError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
