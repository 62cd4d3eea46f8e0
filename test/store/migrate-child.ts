import { openStore } from '../../src/store/index.ts';

/** Opens the store of a folder, which brings its tables up to date, when it is told to. */
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  process.stdout.write('begun\n');
  const store = await openStore({ folder: process.argv[2]! });
  process.stdout.write('open\n');
  await store.close();
  process.exit();
});
