// Compiles trees.ts with AssemblyScript into ../binary.ts: `node src/models/kernels/assembly/build.ts`.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('.', import.meta.url);

/**
 * The text of ../binary.ts as the source beside this file gives it.
 * @throws Error with the compiler's messages
 */
export async function compile(): Promise<string> {
  const source = new URL('trees.ts', folder).pathname;
  let binary: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'];
  const memory = ['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'threads,simd'];
  const args = [source, ...options, ...memory, '--outFile', 'trees.wasm', '--baseDir', '/'];
  const { error, stderr } = await asc.main(args, {
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string' && name.endsWith('.wasm')) binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${error?.message}\n${stderr}`);
  const words = Buffer.from(binary).toString('base64').match(/.{1,90}/g) ?? [];
  return `/**
 * The kernels of \`assembly/trees.ts\` as WebAssembly in base64; made by
 * \`node src/models/kernels/assembly/build.ts\`.
 */
export const TREE_KERNELS =
${words.map((word) => `  '${word}'`).join(' +\n')};
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('../binary.ts', folder), await compile());
}
