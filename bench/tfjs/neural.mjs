// Costs of epochs of the bench's MLP in TensorFlow.js on WebAssembly, one for each line that comes
// in. usage: node neural.mjs FOLDER ROWS COLUMNS CLASSES BATCH THREADS, @tensorflow/tfjs and
// @tensorflow/tfjs-backend-wasm being installed in FOLDER.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const [folder, ...numbers] = process.argv.slice(2);
const [rows, columns, classes, batch, threads] = numbers.map(Number);
const load = createRequire(join(folder, 'package.json'));
const tf = load('@tensorflow/tfjs');
const wasm = load('@tensorflow/tfjs-backend-wasm');
const binaries = dirname(load.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
wasm.setWasmPaths(`${binaries}/dist/`);
wasm.setThreadsCount(threads);
await tf.setBackend('wasm');
await tf.ready();

const net = tf.sequential({
  layers: [
    tf.layers.dense({ units: 64, activation: 'relu', inputShape: [columns] }),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: classes, activation: 'softmax' }),
  ],
});
net.compile({ optimizer: tf.train.adam(0.002), loss: 'sparseCategoricalCrossentropy' });
const cells = tf.randomNormal([rows, columns]);
const labels = tf.floor(tf.randomUniform([rows], 0, classes));

async function epoch() {
  const cpu = process.cpuUsage();
  const clock = performance.now();
  await net.fit(cells, labels, { epochs: 1, batchSize: batch, verbose: 0 });
  const { user, system } = process.cpuUsage(cpu);
  const cost = { cpu: (user + system) / 1e6, clock: (performance.now() - clock) / 1e3 };
  process.stdout.write(`${JSON.stringify(cost)}\n`);
}

await epoch();
for await (const _ of createInterface({ input: process.stdin })) await epoch();
