import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../src/cli/program.ts';

/**
 * Trains the model that comes with wiresift, and writes its card: `npm run models [-- FILE]`.
 * The file is CTU-13's scenario 6; `wiresift datasets fetch ctu13 capture20110816.binetflow` gets it.
 */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const [given] = process.argv.slice(2);
const data = given ?? here('../../shared/data/ctu13/capture20110816.binetflow.gz');
if (!existsSync(data)) {
  process.stderr.write(
    `${data} is not there. Fetch it with: wiresift datasets fetch ctu13 capture20110816.binetflow\n`,
  );
  process.exit(1);
}
const output = here('ctu13-botnet.safetensors');
const choices = ['--model', 'forest', '--background', 'negative', '--seed', '1'];
const argv = ['node', 'wiresift', 'train', 'ctu13', data, ...choices, '-o', output];
process.exitCode = await runProgram(argv, new AbortController().signal);
