// Starts the built program in its own process, so that Node is process 1 of a container, and lets
// secrets come as files: for each variable below, NAME_FILE names a file whose text becomes NAME.
import { readFileSync } from 'node:fs';

const SECRETS = ['DATABASE_URL', 'WIRESIFT_ADMIN_PASSWORD'];

function fail(line) {
  process.stderr.write(`wiresift: ${line}\n`);
  process.exit(2);
}

for (const name of SECRETS) {
  const path = process.env[`${name}_FILE`];
  if (!path) continue;
  if (process.env[name]) fail(`${name} and ${name}_FILE are both set: set one of them`);
  try {
    process.env[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    fail(
      `${name}_FILE: ${error.message}: it must be a file that user ${process.getuid?.()} may read`,
    );
  }
  if (!process.env[name]) fail(`${name}_FILE: ${path} is empty`);
}
await import(new URL('../dist/cli/main.js', import.meta.url).href);
