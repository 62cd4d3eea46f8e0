import { analysisModule } from '../../src/cli/service-parts.ts';
import { createService } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';

/** A service over the folder that is named, until it is killed. */
const store = await openStore({ folder: process.argv[2]! });
const service = await createService({
  store,
  analysis: analysisModule(),
  adminPassword: 'correct horse battery',
  log: { level: 'error' },
});
process.stdout.write(`${await service.listen(0)}\n`);
