import { analysisModule } from '../../src/cli/service-parts.ts';
import { createService } from '../../src/serve/index.ts';
import { openStore } from '../../src/store/index.ts';
import { addPerson } from './running.ts';

/** A service over the folder that is named, as the command starts it, until it is killed. */
const store = await openStore({ folder: process.argv[2]!, threads: true });
await addPerson(store, 'admin', 'administrator');
const service = await createService({
  store,
  analysis: analysisModule(),
  log: { level: 'error' },
});
process.stdout.write(`${await service.listen(0)}\n`);
