import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal, type FieldFault } from '../refusal.ts';
import { configJsonSchema } from './json-schema.ts';
import { configLeaves, foldName } from './leaves.ts';
import { loadConfig, type LoadedConfig } from './load.ts';
import { describeConfig } from './print.ts';
import { resolveReference } from './references.ts';
import { configSchema } from './schema.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-config-'));
const file = path.join(folder, 'holdfast.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(file, { force: true }));

type Given = { yaml?: string; environment?: Record<string, string>; flags?: Record<string, string> };

function load({ yaml, environment = {}, flags = {} }: Given): LoadedConfig {
  if (yaml !== undefined) writeFileSync(file, yaml);
  return loadConfig({ folder, environment, flags: new Map(Object.entries(flags)) });
}

function faultsOf(given: Given): readonly FieldFault[] {
  try {
    load(given);
  } catch (error) {
    if (isRefusal(error, 'config-invalid')) return error.errors;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  test('nothing at all is a valid configuration: the defaults of the contract', () => {
    const { config, origins } = load({});
    expect(config).toMatchObject({
      dataDir: './.holdfast',
      mode: 'monitor',
      login: 'off',
      listen: { https: '127.0.0.1:8443', http: '127.0.0.1:8080', plain: null },
      admin: { listen: '127.0.0.1:9443' },
    });
    expect(origins.size).toBe(0);
    expect(config).toEqual(configSchema.parse({}));
  });

  test('what stands at the top holds for every listed application that does not say otherwise', () => {
    const one = 'applications: [{ id: shop, name: Shop, upstream: "http://127.0.0.1:3000" }]\n';
    const flags = { mode: 'enforce', host: 'shop.test' };
    expect(load({ yaml: one, flags }).config.applications).toMatchObject([{ mode: 'enforce', hosts: ['shop.test'] }]);
    expect(load({ yaml: one }).config.applications).toMatchObject([{ mode: 'monitor', hosts: [] }]);
    const two = `mode: enforce
rate: { perSecond: 5 }
host: [a.test, b.test]
applications:
  - { id: a, name: A, upstream: "http://127.0.0.1:3000", hosts: [a.test] }
  - { id: b, name: B, upstream: "http://127.0.0.1:3001", mode: monitor, rate: { perSecond: 7 } }
`;
    expect(load({ yaml: two }).config.applications).toMatchObject([
      { mode: 'enforce', hosts: ['a.test'], rate: { perSecond: 5, burst: 500 } },
      { mode: 'monitor', hosts: [], rate: { perSecond: 7 } },
    ]);
    const login = `${two}\nlogin: required\n`.replace('name: B,', 'name: B, login: { idleMinutes: 5 },');
    expect(login).toContain('idleMinutes');
    expect(load({ yaml: login }).config.applications).toMatchObject([
      { login: { mode: 'required', idleMinutes: 30, mfa: true } },
      { login: { mode: 'required', idleMinutes: 5 } },
    ]);
    expect(faultsOf({ yaml: 'mode: enforce\napplications: [3]\n' }).map(({ pointer }) => pointer)).toEqual(['/applications/0']);
  });

  test('flag > environment > file > default, key by key, and each origin is known', () => {
    const loaded = load({
      yaml: 'mode: enforce\nnode: from-file\nlisten:\n  https: 127.0.0.1:1\n  http: "off"\n',
      environment: { HOLDFAST_NODE: 'from-env', HOLDFAST_LISTEN__HTTPS: '127.0.0.1:2' },
      flags: { 'listen.https': '127.0.0.1:3' },
    });
    expect(loaded.config.mode).toBe('enforce');
    expect(loaded.config.node).toBe('from-env');
    expect(loaded.config.listen).toEqual({ https: '127.0.0.1:3', http: 'off', plain: null });
    const origin = (name: string) => describeConfig(loaded).find((setting) => setting.name === name);
    expect(origin('listen.https')).toMatchObject({ source: 'flag', detail: '--listen' });
    expect(origin('node')).toMatchObject({ source: 'environment', detail: 'HOLDFAST_NODE' });
    expect(origin('mode')).toMatchObject({ source: 'file', detail: 'line 1' });
    expect(origin('workers')).toMatchObject({ source: 'default', detail: null });
  });

  test('it is frozen to the bottom', () => {
    const { config } = load({ yaml: 'bans:\n  allow: [192.0.2.1]\n' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.bans.allow)).toBe(true);
    expect(Object.isFrozen(config.limits)).toBe(true);
  });

  test('an unknown key is refused with its line and the nearest name; all faults come at once', () => {
    const faults = faultsOf({
      yaml: 'moed: enforce\nlisten:\n  htps: x\nworkers: many\ntls:\n  acme:\n    enabledd: true\n',
      environment: { HOLDFAST_MDOE: 'x' },
    });
    const at = (pointer: string) => faults.find((fault) => fault.pointer === pointer);
    expect(at('/moed')).toEqual({ pointer: '/moed', detail: 'unknown setting moed; did you mean mode?', line: 1 });
    expect(at('/listen/htps')).toMatchObject({ detail: expect.stringContaining('did you mean http'), line: 3 });
    expect(at('/workers')).toMatchObject({ line: 4 });
    expect(at('/tls/acme/enabledd')).toMatchObject({ detail: expect.stringContaining('did you mean enabled?'), line: 7 });
    expect(faults.some(({ detail }) => detail.includes('HOLDFAST_MODE'))).toBe(true);
  });

  test('a setting that is a number or a word is read as either, from the environment as from the file', () => {
    const rotate = { HOLDFAST_KEYRING__ROTATE__IDENTITY: '7', HOLDFAST_KEYRING__ROTATE__LEDGER: 'off' };
    expect(load({ environment: rotate }).config.keyring.rotate).toEqual({
      identity: 7,
      ledger: 'off',
      data: 365,
      certificate: 90,
    });
    const yaml = 'keyring:\n  rotate:\n    identity: 7\n    ledger: off\n';
    expect(load({ yaml }).config.keyring.rotate).toEqual({
      identity: 7,
      ledger: 'off',
      data: 365,
      certificate: 90,
    });
    for (const HOLDFAST_KEYRING__ROTATE__DATA of ['0', '3651', 'never'])
      expect(faultsOf({ yaml: '{}', environment: { HOLDFAST_KEYRING__ROTATE__DATA } })).toMatchObject([
        { pointer: '/keyring/rotate/data' },
      ]);
  });

  test('words of the environment become what the setting is; words that cannot be are refused', () => {
    const { config } = load({
      environment: {
        HOLDFAST_WORKERS: '2',
        HOLDFAST_HOST: 'a.example, b.example',
        HOLDFAST_TLS__ACME__AGREE_TERMS: 'true',
        HOLDFAST_DATA_DIR: '/srv/hf',
        HOLDFAST_AUDIT__FLUSH_MS: '5',
        HOLDFAST_TEST_ANYTHING: 'ignored',
      },
    });
    expect(config).toMatchObject({ workers: 2, host: ['a.example', 'b.example'], dataDir: '/srv/hf' });
    expect(config.tls.acme.agreeTerms).toBe(true);
    expect(config.audit.flushMs).toBe(5);
    expect(faultsOf({ environment: { HOLDFAST_WORKERS: 'two' } })).toEqual([
      { pointer: '/workers', detail: 'HOLDFAST_WORKERS must be a number' },
    ]);
  });

  test('a secret is never a value: the environment gives a reference to itself', () => {
    const url = 'postgres://user:hunter2@db/hf';
    const loaded = load({ environment: { HOLDFAST_DATABASE_URL: url } });
    expect(loaded.config.database.url).toBe('env:HOLDFAST_DATABASE_URL');
    expect(JSON.stringify(describeConfig(loaded))).not.toContain('hunter2');
    const parts = { environment: { HOLDFAST_DATABASE_URL: url }, folder, pointer: '/database/url' };
    expect(resolveReference('env:HOLDFAST_DATABASE_URL', parts)).toBe(url);
    expect(() => resolveReference('env:constructor', parts)).toThrow(/not set/u);
    writeFileSync(path.join(folder, 'secret'), 'from-a-file\n');
    expect(load({ environment: { HOLDFAST_DATABASE__URL_FILE: 'secret' } }).config.database.url).toBe('file:secret');
    expect(resolveReference('file:secret', parts)).toBe('from-a-file');
    expect(faultsOf({ yaml: `database:\n  url: ${url}\n` })).toMatchObject([{ pointer: '/database/url', line: 2 }]);
  });

  test.each([
    ['admin beyond loopback', 'admin:\n  listen: 0.0.0.0:9443\n', '/admin/listen'],
    ['plain HTTP on a public address', 'listen:\n  plain: 203.0.113.5:80\n', '/listen/plain'],
    ['a login that is none', 'login: sometimes\n', '/login'],
    ['a certificate without its key', 'tls:\n  certificate: a.pem\n', '/tls/key'],
    ['to together with applications', 'to: http://a\napplications:\n  - {id: a, name: A, upstream: "http://a"}\n', '/to'],
    ['half a line', 'listen: {https: ', ''],
    ['the same key twice', 'mode: monitor\nmode: enforce\n', ''],
    ['an alias', 'node: &a n1\ncontact: *a\n', ''],
    ['a list instead of settings', '- mode\n', ''],
    ['a key of the prototype', '__proto__: {mode: enforce}\n', '/__proto__'],
  ])('%s is refused', (_name, yaml, pointer) => {
    expect(faultsOf({ yaml }).map((fault) => fault.pointer)).toContain(pointer);
  });

  test.each([
    ['admin on loopback', 'admin:\n  listen: "[::1]:9443"\n'],
    ['plain HTTP on a private address', 'listen:\n  plain: 10.0.0.5:80\n'],
    ['login off', 'login: "off"\n'],
    ['login required', 'login: required\n'],
    ['certificate and key', 'tls:\n  certificate: a.pem\n  key: b.pem\n'],
    ['an empty file', ''],
    ['only comments', '# nothing\n'],
  ])('%s is taken', (_name, yaml) => {
    expect(faultsOf({ yaml })).toEqual([]);
  });

  test('an explicit file must exist, the usual one need not', () => {
    expect(() => loadConfig({ file: 'other.yaml', folder, environment: {} })).toThrow(/no file/u);
    expect(load({}).file).toBe(null);
  });

  test('no two settings share one name in the environment', () => {
    const names = configLeaves().map(({ path: keys }) => foldName(keys.join('')));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(40);
  });

  test('the JSON Schema is strict and knows every setting', () => {
    const schema = configJsonSchema();
    expect(schema).toMatchObject({ $schema: expect.stringContaining('2020-12'), additionalProperties: false });
    expect(JSON.stringify(schema)).toContain('"agreeTerms"');
  });
});
