import { readdirSync } from 'node:fs';

const folder = new URL('.', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''))
  .sort();

/** `npm run bench -- NAME [OPTIONS]`: every bench is a file here that exports `run`. */
const [name, ...args] = process.argv.slice(2);
if (!name || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME [OPTIONS]\n  benches: ${names.join(', ')}\n`);
  process.exit(2);
}
const bench: { run(args: string[]): Promise<void> } = await import(
  new URL(`${name}.bench.ts`, folder).href
);
await bench.run(args);
