import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inRoot, readRoot, serveVariables, unknownOptions } from './serve-options.ts';

/** Exposure by `systemd-analyze security`, 0 (safe) to 10, that a unit may not pass. */
const UNITS = { 'wiresift.service': 1.5, 'wiresift-capture@.service': 1.8 } as const;

const WITH_TIMEOUT = { encoding: 'utf8', timeout: 30_000 } as const;
const version = spawnSync('systemd-analyze', ['--version'], WITH_TIMEOUT);
const major = Number(/systemd (\d+)/.exec(version.stdout ?? '')?.[1] ?? 0);
/** Files are judged without a running systemd from version 250 on. */
const skip = major >= 250 ? false : 'systemd-analyze 250 or newer is not installed';

/** What a unit says, by key; a key that stands twice has both values. */
function readUnit(name: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const line of readRoot(`deploy/systemd/${name}`).split('\n')) {
    const found = /^(\w+)=(.*)$/.exec(line);
    if (!found) {
      assert.match(line, /^(#.*|\[\w+\]|)$/);
      continue;
    }
    const [, key, value] = found;
    settings.set(key!, [...(settings.get(key!) ?? []), value!]);
  }
  return settings;
}

/** What both units say, whatever else they do. */
const EVERY = {
  DynamicUser: 'yes',
  NoNewPrivileges: 'yes',
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  PrivateTmp: 'yes',
  PrivateDevices: 'yes',
  ProtectProc: 'invisible',
  RestrictNamespaces: 'yes',
  RestrictSUIDSGID: 'yes',
  SystemCallArchitectures: 'native',
  StateDirectoryMode: '0700',
  UMask: '0077',
};

for (const [name, bound] of Object.entries(UNITS)) {
  describe(name, () => {
    const unit = readUnit(name);

    it('is hardened', () => {
      for (const [key, value] of Object.entries(EVERY))
        assert.deepEqual(unit.get(key), [value], key);
      assert.deepEqual(unit.get('SystemCallFilter'), [
        '@system-service',
        '~@privileged @resources',
      ]);
      assert.ok(unit.get('StateDirectory')?.[0]);
      assert.equal(unit.has('ReadWritePaths'), false);
    });

    it(`is exposed no more than ${bound}`, { skip }, () => {
      const args = ['security', '--offline=true', '--no-pager', inRoot(`deploy/systemd/${name}`)];
      const { stdout, stderr } = spawnSync('systemd-analyze', args, WITH_TIMEOUT);
      const level = Number(/exposure level for [^:]+: ([\d.]+)/.exec(stdout)?.[1]);
      assert.ok(level <= bound, `${level} ${stderr}`);
    });

    it('is a unit that systemd takes', { skip }, () => {
      const folder = mkdtempSync(join(tmpdir(), 'wiresift-units-'));
      try {
        // The commands stand elsewhere on this machine, if at all.
        const text = readRoot(`deploy/systemd/${name}`)
          .replace('/opt/wiresift/bin/wiresift.mjs', inRoot('bin/wiresift.mjs'))
          .replace(
            '/usr/bin/dumpcap',
            existsSync('/usr/bin/dumpcap') ? '/usr/bin/dumpcap' : '/bin/true',
          );
        const path = join(folder, name.replace('@', '@lo'));
        writeFileSync(path, text);
        const args = ['verify', '--man=no', path];
        const { stderr } = spawnSync('systemd-analyze', args, WITH_TIMEOUT);
        assert.deepEqual(
          stderr.split('\n').filter((line) => /wiresift/.test(line)),
          [],
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

describe('rights of the units', () => {
  it('the service has none', () => {
    const unit = readUnit('wiresift.service');
    assert.deepEqual(unit.get('CapabilityBoundingSet'), ['']);
    assert.deepEqual(unit.get('AmbientCapabilities'), ['']);
    assert.doesNotMatch(unit.get('RestrictAddressFamilies')!.join(), /AF_PACKET/);
    // V8 would not start.
    assert.notDeepEqual(unit.get('MemoryDenyWriteExecute'), ['yes']);
  });

  it('capture has one, and runs dumpcap alone', () => {
    const unit = readUnit('wiresift-capture@.service');
    assert.deepEqual(unit.get('CapabilityBoundingSet'), ['CAP_NET_RAW']);
    assert.deepEqual(unit.get('AmbientCapabilities'), ['CAP_NET_RAW']);
    assert.match(unit.get('ExecStart')!.join(), /^\/usr\/bin\/dumpcap /);
    assert.deepEqual(unit.get('IPAddressDeny'), ['any']);
  });

  it('the service is started with options and secrets that it has', () => {
    const [start] = readUnit('wiresift.service').get('ExecStart')!;
    assert.match(start!, /^\/opt\/wiresift\/bin\/wiresift\.mjs serve /);
    assert.deepEqual(unknownOptions(start!.split(' ')), []);
    const dropIn = readUnit('wiresift.service.d/tls.conf').get('Environment')!;
    assert.deepEqual(unknownOptions(dropIn.join().split(/[ =]/)), []);
    const told = /Secrets: ([\w, ]+)\./.exec(readRoot('deploy/systemd/wiresift.service'))?.[1];
    const secrets = serveVariables().filter((name) => name !== 'XDG_DATA_HOME');
    assert.deepEqual(told?.split(', ').sort(), secrets.sort());
  });
});
