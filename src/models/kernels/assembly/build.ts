// Compiles the kernels beside this file with AssemblyScript into the files of BINARIES:
// `node src/models/kernels/assembly/build.ts`.
import { writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const folder = new URL('.', import.meta.url);

/** One module: the name it gets in its file, the WebAssembly features it may use, what it is. */
interface Build {
  readonly name: string;
  readonly features: string;
  readonly says?: string;
}

/** What is compiled: the source beside this file, the file it goes to, the modules made of it. */
export interface Binary {
  readonly source: string;
  readonly file: string;
  readonly builds: readonly Build[];
}

const SIMD = 'threads,simd';

/** Every source and the file of its modules. */
export const BINARIES: readonly Binary[] = [
  {
    source: 'trees.ts',
    file: '../binary.ts',
    builds: [{ name: 'TREE_KERNELS', features: SIMD }],
  },
  {
    source: 'score.ts',
    file: '../score-binary.ts',
    builds: [{ name: 'SCORE_KERNELS', features: SIMD }],
  },
  {
    source: 'neural.ts',
    file: '../neural-binary.ts',
    builds: [
      { name: 'NEURAL_KERNELS', features: SIMD },
      {
        name: 'RELAXED_NEURAL_KERNELS',
        features: `${SIMD},relaxed-simd`,
        says: 'The same with products fused into sums (relaxed SIMD).',
      },
    ],
  },
];

async function compileBuild(source: string, { name, features, says }: Build): Promise<string> {
  const path = new URL(source, folder).pathname;
  let binary: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory'];
  const memory = ['--initialMemory', '1', '--maximumMemory', '65536', '--enable', features];
  const args = [path, ...options, ...memory, '--outFile', 'kernels.wasm', '--baseDir', '/'];
  const { error, stderr } = await asc.main(args, {
    writeFile: (file: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string' && file.endsWith('.wasm')) binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${error?.message}\n${stderr}`);
  const words = Buffer.from(binary).toString('base64').match(/.{1,90}/g) ?? [];
  const comment = says ? `\n/** ${says} */\n` : '';
  return `${comment}export const ${name} =\n${words.map((word) => `  '${word}'`).join(' +\n')};\n`;
}

/**
 * The text of a file of {@link BINARIES} as its source gives it.
 * @throws Error with the compiler's messages
 */
export async function compile({ source, builds }: Binary): Promise<string> {
  const parts = [
    `/**
 * The kernels of \`assembly/${source}\` as WebAssembly in base64; made by
 * \`node src/models/kernels/assembly/build.ts\`.
 */
`,
  ];
  for (const build of builds) parts.push(await compileBuild(source, build));
  return parts.join('');
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const each of BINARIES) writeFileSync(new URL(each.file, folder), await compile(each));
}
