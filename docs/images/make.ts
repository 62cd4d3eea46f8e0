import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../../src/base/index.ts';

/**
 * Draws the README's picture from what the program prints: `node docs/images/make.ts` after any change
 * of the alerts table.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const args = ['src/cli/main.ts', 'detect', 'examples/attack.pcap', '-q'];
const { stdout } = spawnSync(process.execPath, args, {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' },
});
const lines = [`$ wiresift ${args.slice(1).join(' ')}`, '', ...stdout.trimEnd().split('\n')];
const WIDTH = 7.25;
const HEIGHT = 17;
const columns = Math.max(...lines.map((line) => line.length));
const size = { width: Math.ceil(columns * WIDTH) + 32, height: lines.length * HEIGHT + 32 };
const markup = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const colour = (line: string): string => {
  if (line.startsWith('$')) return '#8b949e';
  if (/^\s*\d+\s+high/.test(line)) return '#ff7b72';
  if (/^\s*\d+\s+medium/.test(line)) return '#e3b341';
  return line.startsWith('   ') ? '#8b949e' : '#e6edf3';
};
const rows = lines.map(
  (line, i) =>
    `<text x="16" y="${(i + 1) * HEIGHT + 10}" fill="${colour(line)}" textLength="${(line.length * WIDTH).toFixed(1)}" lengthAdjust="spacingAndGlyphs">${markup(line)}</text>`,
);
writeWhole(
  fileURLToPath(new URL('alerts.svg', import.meta.url)),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" xml:space="preserve">
<title>Output of wiresift detect on the example capture</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`,
);
