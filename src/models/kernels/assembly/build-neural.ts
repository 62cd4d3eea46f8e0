// Compiles neural.ts into ../neural-binary.ts: `node src/models/kernels/assembly/build-neural.ts`.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('.', import.meta.url);

async function build(features: string): Promise<string> {
  const source = new URL('neural.ts', folder).pathname;
  let binary: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'];
  const memory = ['--initialMemory', '1', '--maximumMemory', '65536', '--enable', features];
  const args = [source, ...options, ...memory, '--outFile', 'neural.wasm', '--baseDir', '/'];
  const { error, stderr } = await asc.main(args, {
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string' && name.endsWith('.wasm')) binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${error?.message}\n${stderr}`);
  const words = Buffer.from(binary).toString('base64').match(/.{1,90}/g) ?? [];
  return words.map((word) => `  '${word}'`).join(' +\n');
}

/**
 * The text of ../neural-binary.ts as the source beside this file gives it.
 * @throws Error with the compiler's messages
 */
export async function compileNeural(): Promise<string> {
  return `/**
 * The kernels of \`assembly/neural.ts\` as WebAssembly in base64; made by
 * \`node src/models/kernels/assembly/build-neural.ts\`.
 */
export const NEURAL_KERNELS =
${await build('threads,simd')};

/** The same with products fused into sums (relaxed SIMD). */
export const RELAXED_NEURAL_KERNELS =
${await build('threads,simd,relaxed-simd')};
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('../neural-binary.ts', folder), await compileNeural());
}
