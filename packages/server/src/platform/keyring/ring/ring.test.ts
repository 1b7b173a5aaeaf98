import { createSecretKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareDataDir } from '../../data-dir.ts';
import { isRefusal } from '../../refusal.ts';
import { formatEnvelope, sealBytes } from '../envelope.ts';
import { openKeyring, type Keyring } from '../keyring.ts';
import { createRootKey, deriveKey } from '../root-key.ts';
import { openSubjectKeys } from '../subject-keys.ts';
import { prepareRootKey, rewrapRing, settleRootKey } from './change-root.ts';
import { openNonceUse } from './nonce-use.ts';
import { closeRing, type Ring } from './ring-file.ts';
import { makeKey } from './wrap.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'hf-ring-'));
let count = 0;
let dataDir = '';
const inKeys = (name: string): string => path.join(dataDir, 'keys', name);
beforeEach(async () => {
  count += 1;
  dataDir = path.join(base, String(count));
  await prepareDataDir(dataDir);
});
afterAll(() => rm(base, { recursive: true, force: true }));

const place = ['somewhere', '1'];
const text = (keyring: Keyring, sealed: string): string => keyring.open(sealed, place).toString();

/** What a change of the ring does, without a database. */
async function addKey(keyring: Keyring, activeFrom: number): Promise<string> {
  const { ring, kek } = keyring.ring;
  const key = makeKey('data', { version: 2, now: 1, activeFrom }, kek);
  const { revision, root, rootChangedAt, keys } = ring;
  const next = closeRing({ revision: revision + 1, root, rootChangedAt, keys: [...keys, key] }, kek);
  await keyring.store(next);
  keyring.ring.adopt(next);
  return key.id;
}

describe('a ring of the first form', () => {
  /** As the first releases wrote it. */
  async function writeFirst() {
    const root = await createRootKey(inKeys('root.key'));
    const kek = createSecretKey(deriveKey(root.bytes, 'key encryption'));
    const raw = { data: Buffer.alloc(32, 1), mac: Buffer.alloc(32, 2) };
    const keys = (['data', 'mac'] as const).map((purpose) => {
      const id = `${purpose}_000000000000`;
      const wrapped = sealBytes(kek, raw[purpose], { keyId: root.id, place: ['keyring', purpose, id] });
      return { id, purpose, wrapped: wrapped.toString('base64url') };
    });
    const check = sealBytes(kek, Buffer.from('holdfast'), { keyId: root.id, place: ['keyring', 'check'] });
    const file = { version: 1, root: root.id, check: check.toString('base64url'), keys };
    await writeFile(inKeys('keyring.json'), `${JSON.stringify(file, null, 2)}\n`);
    return raw;
  }

  test('opens, keeps everything readable, and becomes one of the second', async () => {
    const raw = await writeFirst();
    const madeAt = Date.UTC(2026, 0, 2);
    await utimes(inKeys('keyring.json'), madeAt / 1000, madeAt / 1000);
    const keyId = 'data_000000000000';
    const old = formatEnvelope(keyId, sealBytes(createSecretKey(raw.data), Buffer.from('old'), { keyId, place }));
    const subjectKey = createSecretKey(deriveKey(raw.mac, 'purpose subject key encryption'));
    const name = 'sub_0123456789abcdefghjk';
    const line = sealBytes(subjectKey, Buffer.alloc(32, 3), { keyId: 'subjects', place: ['subject-key', name] });
    await writeFile(inKeys('subjects.log'), `${name} ${line.toString('base64url')}\n`);
    const own = sealBytes(createSecretKey(Buffer.alloc(32, 3)), Buffer.from('Ada'), { keyId: name, place: ['name', 'leaf'] });

    for (let start = 0; start < 2; start += 1) {
      const keyring = await openKeyring({ dataDir });
      expect(text(keyring, old)).toBe('old');
      expect(keyring.hmac('x', 'y')).toBe((await openKeyring({ dataDir })).hmac('x', 'y'));
      expect(keyring.ring.ring.keys.map(({ id, createdAt }) => [id, createdAt])).toEqual([
        ['data_000000000000', madeAt],
        ['mac_000000000000', madeAt],
        ['subjects', madeAt],
      ]);
      const subjects = await openSubjectKeys({ dataDir, keyring });
      expect(subjects.decrypt({ envelope: formatEnvelope(name, own), field: 'name', place: ['leaf'] })).toBe('Ada');
      await subjects.close();
    }
    expect(JSON.parse(await readFile(inKeys('keyring.json'), 'utf8'))).toMatchObject({ version: 2, revision: 1 });
  });

  test('with a key that does not open is refused, and stays as it was', async () => {
    await writeFirst();
    const before = await readFile(inKeys('keyring.json'), 'utf8');
    const broken = before.replace(
      /("id": "data_0+",\s+"purpose": "data",\s+"wrapped": ".{20})(.)/u,
      (_, head: string, letter: string) => head + (letter === 'A' ? 'B' : 'A'),
    );
    await writeFile(inKeys('keyring.json'), broken);
    await expect(openKeyring({ dataDir })).rejects.toThrow(/restore it from a backup/u);
    expect(await readFile(inKeys('keyring.json'), 'utf8')).toBe(broken);
  });
});

describe('versions of a key', () => {
  test('the new one seals from its time on; the one before still opens', async () => {
    let now = 1000;
    const keyring = await openKeyring({ dataDir, now: () => now });
    const first = keyring.seal(Buffer.from('first'), place);
    const id = await addKey(keyring, 5000);
    expect(keyring.seal(Buffer.from('x'), place).split(':')[2]).toBe(first.split(':')[2]);
    now = 5000;
    const second = keyring.seal(Buffer.from('second'), place);
    expect(second.split(':')[2]).toBe(id);
    for (const again of [keyring, await openKeyring({ dataDir, now: () => now })]) {
      expect([text(again, first), text(again, second)]).toEqual(['first', 'second']);
    }
  });

  test('a destroyed key opens nothing, also after a restart', async () => {
    const keyring = await openKeyring({ dataDir });
    const sealed = keyring.seal(Buffer.from('gone'), place);
    await addKey(keyring, 0);
    const { ring, kek } = keyring.ring;
    const keys = ring.keys.map((key) =>
      key.version === 1 && key.purpose === 'data' ? { ...key, wrapped: null, destroyedAt: 2 } : key,
    );
    const next = closeRing({ revision: ring.revision + 1, root: ring.root, rootChangedAt: null, keys }, kek);
    await keyring.store(next);
    keyring.ring.adopt(next);
    expect(() => text(keyring, sealed)).toThrow(/does not open/u);
    const again = await openKeyring({ dataDir });
    expect(() => text(again, sealed)).toThrow(/does not open/u);
    expect(text(again, again.seal(Buffer.from('new'), place))).toBe('new');
  });

  test('nobody moves a time, a state or a version without the root key', async () => {
    await addKey(await openKeyring({ dataDir }), 0);
    const file = inKeys('keyring.json');
    const good = await readFile(file, 'utf8');
    const ring = JSON.parse(good) as Ring;
    const changes: Partial<Ring>[] = [
      { revision: 9 },
      { rootChangedAt: 1 },
      { keys: ring.keys.slice(0, -1) },
      { keys: ring.keys.map((key) => ({ ...key, activeFrom: key.activeFrom + 1 })) },
      { keys: ring.keys.map((key) => (key.version === 2 ? { ...key, wrapped: null } : key)) },
    ];
    for (const change of changes) {
      await writeFile(file, JSON.stringify({ ...ring, ...change }));
      await expect(openKeyring({ dataDir })).rejects.toThrow(/was changed or cut/u);
    }
    for (const cut of [good.slice(0, -20), '', '{}', 'null', good.replace('"version": 2', '"version": 3')]) {
      await writeFile(file, cut);
      await expect(openKeyring({ dataDir })).rejects.toSatisfy((error) => isRefusal(error, 'key-wrong'));
    }
    await writeFile(file, good);
    expect((await openKeyring({ dataDir })).ring.ring.keys).toHaveLength(4);
  });
});

describe('a new root key', () => {
  async function begin() {
    const keyring = await openKeyring({ dataDir });
    const sealed = keyring.seal(Buffer.from('kept'), place);
    const from = keyring.ring.kek;
    const to = await prepareRootKey(keyring.rootKeyFile);
    const change = (): Ring => rewrapRing(keyring.ring.ring, { from, to, now: 7 });
    return { keyring, sealed, from, to, change };
  }
  const names = async (): Promise<string[]> =>
    (await readdir(path.join(dataDir, 'keys'))).filter((name) => name.startsWith('root')).sort();

  test('wraps the same keys, and the one before is kept beside it, closed to others', async () => {
    const { keyring, sealed, from, to, change } = await begin();
    await keyring.store(change());
    await settleRootKey(keyring.rootKeyFile, to.id);
    const again = await openKeyring({ dataDir });
    expect(again.rootId).toBe(to.id);
    expect(text(again, sealed)).toBe('kept');
    expect(again.hmac('a', 'b')).toBe(keyring.hmac('a', 'b'));
    expect(await names()).toEqual(['root.key', `root.key.${from.id}`]);
    expect((await stat(inKeys(`root.key.${from.id}`))).mode & 0o777).toBe(0o600);
  });

  test('that was cut off before the ring was written is forgotten', async () => {
    const { sealed, from } = await begin();
    const again = await openKeyring({ dataDir });
    expect([again.rootId, text(again, sealed)]).toEqual([from.id, 'kept']);
    expect(await names()).toEqual(['root.key']);
  });

  test('that was cut off after the ring was written is finished', async () => {
    const { keyring, sealed, from, to, change } = await begin();
    await keyring.store(change());
    const again = await openKeyring({ dataDir });
    expect([again.rootId, text(again, sealed)]).toEqual([to.id, 'kept']);
    expect(await names()).toEqual(['root.key', `root.key.${from.id}`]);
  });

  test('is never dropped when the right root key is not there', async () => {
    await begin();
    await rm(inKeys('root.key'));
    await expect(openKeyring({ dataDir })).rejects.toSatisfy((error) => isRefusal(error, 'key-wrong'));
    expect(await names()).toEqual(['root.key.next']);
  });
});

describe('nonces', () => {
  test('are set aside before they are used, and given back when all ends well', () => {
    const file = inKeys('nonces.json');
    const use = openNonceUse(file);
    for (let taken = 0; taken < 70_000; taken += 1) use.take('data_a');
    use.take('data_b');
    // As after a crash: what was set aside counts as used.
    expect([...openNonceUse(file).reserved()]).toEqual([
      ['data_a', 131_072],
      ['data_b', 65_536],
    ]);
    use.settle();
    expect([...openNonceUse(file).reserved()]).toEqual([
      ['data_a', 70_000],
      ['data_b', 1],
    ]);
    use.take('data_b');
    expect(openNonceUse(file).reserved().get('data_b')).toBe(65_537);
  });

  test('of a key that has none left are refused, those of its successor are not', async () => {
    const file = inKeys('nonces.json');
    await writeFile(file, JSON.stringify({ version: 1, nonces: { data_a: 2 ** 32 - 1 } }));
    const use = openNonceUse(file);
    expect(() => use.take('data_a')).toThrow(/key rotate/u);
    expect(() => use.take('data_b')).not.toThrow();
  });

  test('are not counted anew when the file is damaged', async () => {
    await writeFile(inKeys('nonces.json'), '{"version":1,"nonces":{"data_a":-1}}');
    expect(() => openNonceUse(inKeys('nonces.json'))).toThrow(/damaged/u);
  });
});
