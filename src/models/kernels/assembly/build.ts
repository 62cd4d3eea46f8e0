// Compiles trees.ts and score.ts with AssemblyScript into ../binary.ts and ../score-binary.ts:
// `node src/models/kernels/assembly/build.ts`.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('.', import.meta.url);

/** What is compiled: the source beside this file, the file it goes to, the name it gets there. */
export const BINARIES = [
  { source: 'trees.ts', file: '../binary.ts', name: 'TREE_KERNELS' },
  { source: 'score.ts', file: '../score-binary.ts', name: 'SCORE_KERNELS' },
] as const;

/**
 * The text of a file of {@link BINARIES} as its source gives it.
 * @throws Error with the compiler's messages
 */
export async function compile({ source, name }: (typeof BINARIES)[number]): Promise<string> {
  const path = new URL(source, folder).pathname;
  let binary: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'];
  const memory = ['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'threads,simd'];
  const args = [path, ...options, ...memory, '--outFile', 'kernels.wasm', '--baseDir', '/'];
  const { error, stderr } = await asc.main(args, {
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string' && name.endsWith('.wasm')) binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${error?.message}\n${stderr}`);
  const words = Buffer.from(binary).toString('base64').match(/.{1,90}/g) ?? [];
  return `/**
 * The kernels of \`assembly/${source}\` as WebAssembly in base64; made by
 * \`node src/models/kernels/assembly/build.ts\`.
 */
export const ${name} =
${words.map((word) => `  '${word}'`).join(' +\n')};
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const each of BINARIES) writeFileSync(new URL(each.file, folder), await compile(each));
}
