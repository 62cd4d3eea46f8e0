import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One capture and what a tool said of it. */
export interface OraclePair {
  /** File name of the capture, without its folder. */
  readonly name: string;
  readonly capture: string;
  /** The tool's output, perhaps gzipped. */
  readonly oracle: string;
}

/** The rows of a `.binetflow` file without its header line. */
export function readRows(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  return text.split('\n').filter((line, index) => index > 0 && line !== '');
}

/** One capture and one output of another tool for it. */
export interface ToolPair extends OraclePair {
  /** What the output's name adds to the capture's: the plugin or test it comes from; '' for none. */
  readonly variant: string;
}

/**
 * Every output in `root/oracle/tool` whose capture is there, by name. An output is named as the
 * capture, then `suffix`, whose first group (if any) is the variant.
 */
export function toolOracles(root: string, tool: string, suffix: RegExp): ToolPair[] {
  const folder = join(root, 'oracle', tool);
  if (!existsSync(folder)) return [];
  const captures = new Map<string, string>();
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'oracle') continue;
    for (const file of readdirSync(join(root, entry.name))) {
      captures.set(file, join(root, entry.name, file));
    }
  }
  const pairs: ToolPair[] = [];
  for (const file of readdirSync(folder).sort()) {
    const match = suffix.exec(file);
    const name = match ? file.slice(0, match.index) : '';
    const capture = captures.get(name);
    if (!match || !capture) continue;
    pairs.push({ name, capture, oracle: join(folder, file), variant: match[1] ?? '' });
  }
  return pairs;
}
