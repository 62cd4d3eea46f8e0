import { analysisModule } from '../../src/cli/service-parts.ts';
import { createService } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import { ADMIN_PASSWORD } from './running.ts';

/** A service over the folder that is named, as the command starts it, until it is killed. */
const store = await openStore({ folder: process.argv[2]!, threads: true });
const service = await createService({
  store,
  analysis: analysisModule(),
  adminPassword: ADMIN_PASSWORD,
  log: { level: 'error' },
});
process.stdout.write(`${await service.listen(0)}\n`);
