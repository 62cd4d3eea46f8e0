import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { parseDockerfile, stepsOf } from './dockerfile.ts';
import { readRoot, unknownOptions } from './serve-options.ts';

interface Service {
  readonly [key: string]: unknown;
  readonly user?: string;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly networks?: readonly string[];
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const readCompose = (name: string): Compose =>
  parse(readRoot(`deploy/${name}`), {
    merge: true,
    customTags: [{ tag: '!override', collection: 'seq' }],
  });

const base = readCompose('compose.yaml');
const tls = readCompose('compose.tls.yaml');
const image = parseDockerfile(readRoot('deploy/Dockerfile')).stages.at(-1)!;

describe('compose.yaml', () => {
  for (const [name, service] of Object.entries(base.services)) {
    it(`${name}: no rights, no writable system, bounds on what it takes`, () => {
      assert.equal(service['read_only'], true);
      assert.deepEqual(service.cap_drop, ['ALL']);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
      assert.match(service.user ?? '', /^[1-9]\d*:[1-9]\d*$/);
      const refused = [
        'cap_add',
        'privileged',
        'network_mode',
        'pid',
        'ipc',
        'devices',
        'userns_mode',
      ];
      for (const key of refused) assert.ok(!(key in service), key);
      for (const key of ['mem_limit', 'pids_limit', 'restart', 'stop_grace_period']) {
        assert.ok(key in service, key);
      }
      for (const mount of service.tmpfs ?? []) assert.match(mount, /:size=\d+m,/);
    });

    it(`${name}: says whether it is well, without a shell`, () => {
      assert.equal(service.healthcheck?.test[0], 'CMD');
    });

    it(`${name}: keeps things in volumes with names alone`, () => {
      for (const volume of service.volumes ?? []) {
        assert.ok(volume.split(':')[0]! in base.volumes, volume);
      }
    });

    it(`${name}: gets secrets as files`, () => {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        if (!/PASSWORD|URL|TOKEN|SECRET/.test(variable)) continue;
        assert.match(variable, /_FILE$/);
        assert.ok(
          service.secrets?.some((secret) => value === `/run/secrets/${secret}`),
          value,
        );
      }
      for (const secret of service.secrets ?? []) {
        assert.match(base.secrets[secret]?.file ?? '', /^\.\/secrets\//);
      }
    });
  }

  it('lets nobody but the service reach the data base, and the data base nobody', () => {
    const { postgres, wiresift } = base.services;
    assert.equal(postgres!.ports, undefined);
    for (const network of postgres!.networks!) {
      assert.equal(base.networks[network]!.internal, true);
      assert.ok(wiresift!.networks!.includes(network));
    }
  });

  it('is open to this machine alone unless TLS is laid over it', () => {
    for (const port of base.services['wiresift']!.ports!) assert.match(port, /^127\.0\.0\.1:/);
  });

  it('agrees with the image', () => {
    const { wiresift } = base.services;
    assert.deepEqual([wiresift!.user], stepsOf(image, 'USER'));
    assert.deepEqual([wiresift!['stop_signal']], stepsOf(image, 'STOPSIGNAL'));
    assert.equal(wiresift!.ports![0]!.split(':').at(-1), stepsOf(image, 'EXPOSE')[0]);
    assert.deepEqual(
      wiresift!.volumes!.map((volume) => volume.split(':')[1]),
      stepsOf(image, 'VOLUME'),
    );
    const health = JSON.stringify(wiresift!.healthcheck!.test.slice(1)).replaceAll(',', ', ');
    assert.ok(stepsOf(image, 'HEALTHCHECK')[0]!.endsWith(`CMD ${health}`));
  });

  it('keeps its secrets out of the repository', () => {
    assert.match(readRoot('deploy/.gitignore'), /^\/secrets$/m);
  });
});

describe('compose.tls.yaml', () => {
  const service = tls.services['wiresift']!;
  const command = JSON.parse(stepsOf(image, 'CMD')[0]!) as string[];

  it('starts the service as the image does, with TLS', () => {
    assert.deepEqual(unknownOptions(service.command!), []);
    const words = service.command!.flatMap((word) => word.split('='));
    assert.deepEqual(words.slice(0, command.length), command);
    for (const word of words.filter((word) => word.startsWith('/run/secrets/'))) {
      assert.ok(tls.secrets[word.slice('/run/secrets/'.length)], word);
      assert.ok(service.secrets!.includes(word.slice('/run/secrets/'.length)), word);
    }
    assert.deepEqual(
      service.command!.slice(-2).map((word) => word.split('=')[0]),
      ['--tls-key', '--tls-cert'],
    );
  });

  it('asks for health over TLS', () => {
    assert.match(service.environment!['WIRESIFT_HEALTH_URL']!, /^https:/);
  });
});
