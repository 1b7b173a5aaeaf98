import { array, assert, property, string, uint8Array } from 'fast-check';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareDataDir } from '../data-dir.ts';
import { isRefusal } from '../refusal.ts';
import { parseEnvelope } from './envelope.ts';
import { openKeyring } from './keyring.ts';
import { createSealedStore } from './sealed-store.ts';
import { openSubjectKeys } from './subject-keys.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'hf-keys-'));
let count = 0;
let dataDir = '';
beforeEach(async () => {
  count += 1;
  dataDir = path.join(base, String(count));
  await prepareDataDir(dataDir);
});
afterAll(() => rm(base, { recursive: true, force: true }));

const snapshot = async (): Promise<string> => {
  const names = (await readdir(path.join(dataDir, 'keys'))).sort();
  return JSON.stringify(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(dataDir, 'keys', name), 'utf8')])),
  );
};

describe('keyring', () => {
  test('is made once, private, and opens what it sealed after a restart', async () => {
    const first = await openKeyring({ dataDir });
    expect(first.isNew).toBe(true);
    expect((await stat(first.rootKeyFile)).mode & 0o777).toBe(0o600);
    const sealed = first.seal(Buffer.from('the key of the CA'), ['file', 'tls', 'ca.key']);
    const again = await openKeyring({ dataDir });
    expect(again.isNew).toBe(false);
    expect(again.rootId).toBe(first.rootId);
    expect(again.open(sealed, ['file', 'tls', 'ca.key']).toString()).toBe('the key of the CA');
    expect(again.hmac('x', 'text')).toBe(first.hmac('x', 'text'));
    expect(again.hmac('y', 'text')).not.toBe(first.hmac('x', 'text'));
  });

  test('what was moved, changed or truncated does not open', async () => {
    const keyring = await openKeyring({ dataDir });
    const sealed = keyring.seal(Buffer.from('secret'), ['a', '1']);
    expect(keyring.open(sealed, ['a', '1']).toString()).toBe('secret');
    for (const [text, place] of [
      [sealed, ['a', '2']],
      [`${sealed.slice(0, -3)}AAA`, ['a', '1']],
      [sealed.slice(0, 30), ['a', '1']],
      ['plain text', ['a', '1']],
    ] as const) {
      expect(() => keyring.open(text, place)).toThrow(/does not open/u);
    }
  });

  test('any bytes come back as they were', async () => {
    const keyring = await openKeyring({ dataDir });
    assert(
      property(uint8Array({ maxLength: 2000 }), array(string(), { maxLength: 4 }), (bytes, place) => {
        expect(new Uint8Array(keyring.open(keyring.seal(bytes, place), place))).toEqual(bytes);
      }),
    );
  });

  test('a wrong root key is refused with both names and changes nothing', async () => {
    const { rootId, rootKeyFile } = await openKeyring({ dataDir });
    await copyFile(rootKeyFile, `${rootKeyFile}.kept`);
    await writeFile(rootKeyFile, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    const before = await snapshot();
    const error = await openKeyring({ dataDir }).catch((reason: unknown) => reason);
    expect(isRefusal(error, 'key-wrong')).toBe(true);
    expect(String(error)).toContain(rootId);
    expect(String(error)).toMatch(/root_[0-9a-f]{12}.*root_[0-9a-f]{12}/u);
    expect(await snapshot()).toBe(before);
    await copyFile(`${rootKeyFile}.kept`, rootKeyFile);
    expect((await openKeyring({ dataDir })).rootId).toBe(rootId);
  });

  test('a missing root key is never replaced by a new one', async () => {
    const { rootKeyFile } = await openKeyring({ dataDir });
    await rm(rootKeyFile);
    await expect(openKeyring({ dataDir })).rejects.toSatisfy((error) => isRefusal(error, 'key-wrong'));
    expect(await readdir(path.join(dataDir, 'keys'))).not.toContain('root.key');
  });

  test('a root key that others can read, or that is none, is refused', async () => {
    const { rootKeyFile } = await openKeyring({ dataDir });
    await chmod(rootKeyFile, 0o644);
    await expect(openKeyring({ dataDir })).rejects.toThrow(/chmod 600/u);
    await chmod(rootKeyFile, 0o600);
    await writeFile(rootKeyFile, 'short');
    await expect(openKeyring({ dataDir })).rejects.toThrow(/32 bytes/u);
  });

  test('a sealed store puts no clear bytes on the disk, and a file under another name does not open', async () => {
    const files = new Map<string, Uint8Array>();
    const inner = {
      names: () => Promise.resolve([...files.keys()]),
      read: (name: string) => Promise.resolve(files.get(name)),
      write: (name: string, bytes: Uint8Array) => Promise.resolve(void files.set(name, bytes)),
    };
    const store = createSealedStore({ inner, keyring: await openKeyring({ dataDir }), area: 'tls' });
    await store.write('ca.key', Buffer.from('PRIVATE'));
    expect(Buffer.from(files.get('ca.key') ?? []).toString()).toMatch(/^enc:v1:data_/u);
    expect(Buffer.from((await store.read('ca.key')) ?? []).toString()).toBe('PRIVATE');
    expect(await store.read('nothing')).toBe(undefined);
    files.set('leaf.key', files.get('ca.key') ?? Buffer.alloc(0));
    await expect(store.read('leaf.key')).rejects.toThrow(/does not open/u);
  });
});

describe('subject keys', () => {
  const at = { field: 'address', place: ['leaf', '01X'] };
  const value = { ...at, subject: '203.0.113.9' };

  test('a value opens again after a restart; its pseudonym says nothing', async () => {
    const keyring = await openKeyring({ dataDir });
    const keys = await openSubjectKeys({ dataDir, keyring });
    const envelope = keys.encrypt({ ...value, text: 'Grüße 203.0.113.9' });
    expect(parseEnvelope(envelope)?.keyId).toBe(keys.pseudonym(value.subject));
    expect(keys.pseudonym(value.subject)).toMatch(/^sub_[0-9a-hjkmnp-tv-z]{20}$/u);
    expect(keys.pseudonym('203.0.113.8')).not.toBe(keys.pseudonym(value.subject));
    await keys.flush();
    await keys.close();
    const again = await openSubjectKeys({ dataDir, keyring });
    expect(again.decrypt({ ...at, envelope })).toBe('Grüße 203.0.113.9');
    expect(again.decrypt({ ...at, envelope, field: 'name' })).toBe(null);
    expect(again.decrypt({ ...at, envelope, place: ['leaf', '01Y'] })).toBe(null);
    await again.close();
  });

  test('an erased subject can be read by nobody; the others stay; a new key opens nothing old', async () => {
    const keyring = await openKeyring({ dataDir });
    const keys = await openSubjectKeys({ dataDir, keyring });
    const other = { ...value, subject: '198.51.100.1' };
    const gone = keys.encrypt({ ...value, text: 'gone' });
    const kept = keys.encrypt({ ...other, text: 'kept' });
    await keys.flush();
    expect(await keys.erase(value.subject)).toBe(true);
    expect(await keys.erase('never seen')).toBe(false);
    expect(keys.decrypt({ ...at, envelope: gone })).toBe(null);
    expect(keys.decrypt({ ...at, envelope: kept })).toBe('kept');
    expect(await readFile(path.join(dataDir, 'keys/subjects.log'), 'utf8')).not.toContain(keys.pseudonym(value.subject));
    const fresh = keys.encrypt({ ...value, text: 'new' });
    expect(keys.decrypt({ ...at, envelope: gone })).toBe(null);
    await keys.close();
    const again = await openSubjectKeys({ dataDir, keyring });
    expect(again.decrypt({ ...at, envelope: gone })).toBe(null);
    expect(again.decrypt({ ...at, envelope: fresh })).toBe('new');
    expect(again.decrypt({ ...at, envelope: kept })).toBe('kept');
    await again.close();
  });

  test('a torn tail is cut, whole lines before it stay, and appending goes on', async () => {
    const keyring = await openKeyring({ dataDir });
    const keys = await openSubjectKeys({ dataDir, keyring });
    const envelope = keys.encrypt({ ...value, text: 'whole' });
    await keys.close();
    const file = path.join(dataDir, 'keys/subjects.log');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}sub_0123456789abcdefghjk abc`);
    const again = await openSubjectKeys({ dataDir, keyring });
    expect(again.decrypt({ ...at, envelope })).toBe('whole');
    const second = again.encrypt({ ...value, subject: 's2', text: 'second' });
    await again.close();
    expect((await readFile(file, 'utf8')).startsWith(text)).toBe(true);
    const third = await openSubjectKeys({ dataDir, keyring });
    expect(third.count).toBe(2);
    expect(third.decrypt({ ...at, envelope: second })).toBe('second');
    await third.close();
  });

  test('more subjects than are held unwrapped still all open', async () => {
    const keyring = await openKeyring({ dataDir });
    const keys = await openSubjectKeys({ dataDir, keyring });
    const envelopes = Array.from({ length: 10_500 }, (_, index) =>
      keys.encrypt({ ...value, subject: `s${index}`, text: `t${index}` }),
    );
    expect(envelopes.every((envelope, index) => keys.decrypt({ ...at, envelope }) === `t${index}`)).toBe(true);
    expect(keys.count).toBe(10_500);
    await keys.close();
  });
});
