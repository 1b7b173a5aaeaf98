import { mkdtemp, readdir, readFile, rm, writeFile, chmod, link } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../clock.ts';
import { prepareDataDir } from '../../data-dir.ts';
import { silentLog } from '../../log.ts';
import { isRefusal } from '../../refusal.ts';
import { openKeyring } from '../keyring.ts';
import { newRootKey, readRootKey, rootKeyOf, type RootKey } from '../root-key.ts';
import { keyringSettingsSchema } from '../settings.ts';
import { openProvider, type ProviderParts } from './open-provider.ts';
import { prepareSeal, finishSealChange, type Wanted } from './seal-with.ts';
import { Unsealing } from './unsealing.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'hf-seal-'));
let count = 0;
let parts: ProviderParts;
let root: RootKey;
let wanted: Buffer;
beforeEach(async () => {
  count += 1;
  const dataDir = path.join(base, String(count));
  await prepareDataDir(dataDir);
  parts = { dataDir, settings: keyringSettingsSchema.parse({}), environment: {} };
  root = newRootKey();
  wanted = Buffer.from(root.bytes);
});
afterAll(() => rm(base, { recursive: true, force: true }));

const PASSPHRASE = 'fünf rote Boote am Steg';
const passphrase = (): Wanted => ({ kind: 'passphrase', passphrase: Buffer.from(PASSPHRASE) });
const keyFile = (): string => path.join(parts.dataDir, 'keys', 'root.key');
const keep = async (how: Wanted): Promise<readonly string[]> => {
  const prepared = await prepareSeal(root, how, parts);
  await prepared.commit();
  return prepared.shares;
};
const names = async (): Promise<string[]> => (await readdir(path.join(parts.dataDir, 'keys'))).sort();
/** Time stands still: pauses last for as long as a test does. */
const clock: Clock = { now: () => 1_700_000_000_000, monotonicMs: () => 5 };
const unsealing = async (): Promise<Unsealing> => new Unsealing({ provider: await openProvider(parts), clock, log: silentLog });
const HOST = { isHostOperator: true };
const code = (error: unknown): string | null => (isRefusal(error) ? error.code : null);
const refusal = (work: Promise<unknown>): Promise<{ code: string | null; message: string }> =>
  work.then(
    () => ({ code: 'nothing was refused', message: '' }),
    (error: unknown) => ({ code: code(error), message: String(error) }),
  );

describe('the way a root key is kept', () => {
  test('goes from a file to a passphrase to shares and back, and the key stays the same', async () => {
    await keep({ kind: 'file' });
    expect(await names()).toEqual(['root.key']);
    await keep(passphrase());
    expect(await names()).toEqual(['seal.json']);
    const withPassphrase = await (await openProvider(parts)).open({ kind: 'passphrase', passphrase: Buffer.from(PASSPHRASE) });
    expect(withPassphrase.bytes).toEqual(wanted);
    const shares = await keep({ kind: 'shares', need: 3, of: 5 });
    expect(shares.length).toBe(5);
    const text = await readFile(path.join(parts.dataDir, 'keys/seal.json'), 'utf8');
    for (const share of shares) expect(text).not.toContain(share);
    expect(text).not.toContain(wanted.toString('base64url'));
    await keep({ kind: 'file' });
    expect(await names()).toEqual(['root.key']);
    expect((await readRootKey(keyFile()))?.bytes).toEqual(wanted);
  });

  test('a new ring is made under a key that never was in a file', async () => {
    await keep(passphrase());
    const ring = await openKeyring({ dataDir: parts.dataDir, root: rootKeyOf(Buffer.from(wanted)) });
    expect(ring.rootId).toBe(root.id);
    expect(await names()).toEqual(['keyring.json', 'seal.json']);
  });

  test('nothing is written before it is committed; a key file with another key is not touched', async () => {
    await keep({ kind: 'file' });
    await prepareSeal(root, { kind: 'shares', need: 2, of: 2 }, parts);
    expect(await names()).toEqual(['root.key']);
    const other = newRootKey();
    const before = await readFile(keyFile());
    expect(await refusal((async () => (await prepareSeal(other, { kind: 'file' }, parts)).commit())())).toMatchObject({
      code: 'seal-unsafe',
    });
    const prepared = await prepareSeal(other, passphrase(), parts);
    expect(await prepared.commit()).toEqual({ leftBehind: keyFile() });
    expect(await readFile(keyFile())).toEqual(before);
  });

  test('a key file that a crash left beside the new form is removed when that one has opened; a second name of it stays whole', async () => {
    await keep({ kind: 'file' });
    const copy = path.join(parts.dataDir, 'copy');
    await link(keyFile(), copy);
    const before = await readFile(copy);
    await keep(passphrase());
    expect(await readFile(copy)).toEqual(before);
    await writeFile(keyFile(), before, { mode: 0o600 });
    expect(await finishSealChange(newRootKey(), parts)).toBe(false);
    expect(await finishSealChange(root, parts)).toBe(true);
    expect(await names()).toEqual(['seal.json']);
  });

  test('a credential is taken only when it holds this key', async () => {
    const folder = path.join(parts.dataDir, 'credentials');
    parts = { ...parts, environment: { CREDENTIALS_DIRECTORY: folder } };
    const how: Wanted = { kind: 'credential', name: 'holdfast-root' };
    expect(await refusal(keep(how))).toMatchObject({ code: 'key-wrong' });
    await prepareDataDir(folder);
    await writeFile(path.join(folder, 'holdfast-root'), `${newRootKey().bytes.toString('base64')}\n`);
    expect(await refusal(keep(how))).toMatchObject({ code: 'seal-unsafe' });
    await writeFile(path.join(folder, 'holdfast-root'), wanted.toString('base64'));
    await keep(how);
    expect((await (await openProvider(parts)).fetch())?.bytes).toEqual(wanted);
    parts = { ...parts, environment: {} };
    expect(await refusal((await openProvider(parts)).fetch())).toMatchObject({
      code: 'key-wrong',
      message: expect.stringContaining('CREDENTIALS_DIRECTORY') as string,
    });
  });

  test('a passphrase from a file opens by itself; a wrong one and one that all can read do not', async () => {
    await keep(passphrase());
    const file = path.join(parts.dataDir, 'passphrase');
    await writeFile(file, `${PASSPHRASE}\n`, { mode: 0o600 });
    parts = { ...parts, settings: { ...parts.settings, passphraseFile: file } };
    expect((await (await openProvider(parts)).fetch())?.bytes).toEqual(wanted);
    await chmod(file, 0o644);
    expect(await refusal((await openProvider(parts)).fetch())).toMatchObject({ code: 'key-wrong' });
    await chmod(file, 0o600);
    await writeFile(file, 'something else');
    expect(await refusal((await openProvider(parts)).fetch())).toMatchObject({ code: 'key-wrong' });
  });

  test.each([
    ['cut', (text: string) => text.slice(0, 40)],
    ['with a field too many', (text: string) => text.replace('{', '{"more":1,')],
    ['that would take all memory', (text: string) => text.replace('65536', '999999999')],
    ['of another version', (text: string) => text.replace('"version": 1', '"version": 2')],
  ])('a description of it %s is refused in words', async (_name, spoil) => {
    await keep(passphrase());
    const file = path.join(parts.dataDir, 'keys/seal.json');
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    expect(await refusal(openProvider(parts))).toMatchObject({
      code: 'key-wrong',
      message: expect.stringContaining('seal.json') as string,
    });
  });

  test('what was wrapped under one description does not open under another', async () => {
    await keep(passphrase());
    const file = path.join(parts.dataDir, 'keys/seal.json');
    const mine = await readFile(file, 'utf8');
    await writeFile(file, mine.replace(root.id, newRootKey().id));
    const provider = await openProvider(parts);
    expect(await refusal(provider.open({ kind: 'passphrase', passphrase: Buffer.from(PASSPHRASE) }))).toMatchObject({
      code: 'unseal-refused',
    });
  });
});

describe('a sealed process', () => {
  test('opens with enough shares, in any order, and counts what was given', async () => {
    const shares = await keep({ kind: 'shares', need: 3, of: 5 });
    const sealed = await unsealing();
    expect(sealed.status()).toMatchObject({ isSealed: true, kind: 'shares', wants: 'shares', rootKey: root.id });
    for (const [given, at] of [
      [1, 4],
      [2, 0],
      [2, 0],
    ] as const) {
      const status = await sealed.unseal({ kind: 'share', share: shares[at] ?? '' }, HOST);
      expect([status.isSealed, status.shares?.given]).toEqual([true, given]);
    }
    expect((await sealed.unseal({ kind: 'share', share: shares[2] ?? '' }, HOST)).isSealed).toBe(false);
    expect((await sealed.opened).bytes).toEqual(wanted);
    expect(sealed.refused.count).toBe(0);
  });

  test('names a damaged share, one of another set and one that was made up; good ones still open it', async () => {
    const others = await keep({ kind: 'shares', need: 2, of: 3 });
    const shares = await keep({ kind: 'shares', need: 2, of: 3 });
    const sealed = await unsealing();
    const give = (share = ''): Promise<unknown> => sealed.unseal({ kind: 'share', share }, HOST);
    const spoiled = (shares[0] ?? '').replace(/.$/u, (letter) => (letter === '0' ? '1' : '0'));
    expect(await refusal(give(spoiled))).toMatchObject({ message: expect.stringContaining('damaged') as string });
    expect(await refusal(give(others[1]))).toMatchObject({ message: expect.stringMatching(/Share 2 belongs to set/u) as string });
    expect(await refusal(give('what?'))).toMatchObject({ message: expect.stringContaining('hfs1-') as string });
    expect(await refusal(sealed.unseal({ kind: 'passphrase', passphrase: 'x' }, HOST))).toMatchObject({ code: 'unseal-refused' });
    const { formatShare, parseShare } = await import('./share.ts');
    const first = parseShare(shares[0] ?? '');
    if (first.kind !== 'share') throw new Error('assertion: our own share reads');
    await give(formatShare({ ...first.share, bytes: new Uint8Array(32) }));
    expect(await refusal(give(shares[0]))).toMatchObject({ message: expect.stringContaining('another content') as string });
    expect(await refusal(give(shares[1]))).toMatchObject({ message: expect.stringContaining('made up') as string });
    expect(sealed.refused.tries.map(({ cause }) => cause)).toEqual([
      'damaged',
      'foreign',
      'damaged',
      'unexpected',
      'conflicting',
      'wrong',
    ]);
    await give(shares[1]);
    await give(shares[2]);
    expect((await sealed.opened).bytes).toEqual(wanted);
  });

  test('slows down those who guess over the port, and never the operator of the host', async () => {
    await keep(passphrase());
    const sealed = await unsealing();
    const wrong = { kind: 'passphrase', passphrase: 'wrong' } as const;
    const GUEST = { isHostOperator: false };
    expect(await refusal(sealed.unseal(wrong, GUEST))).toMatchObject({ code: 'unseal-refused' });
    expect(await refusal(sealed.unseal(wrong, HOST))).toMatchObject({ code: 'unseal-refused' });
    expect(await refusal(sealed.unseal(wrong, GUEST))).toMatchObject({ code: 'rate-limited' });
    expect(await refusal(sealed.unseal({ kind: 'own' }, GUEST))).toMatchObject({ code: 'rate-limited' });
    const opened = await sealed.unseal({ kind: 'passphrase', passphrase: PASSPHRASE }, HOST);
    expect(opened).toMatchObject({ isSealed: false, refusedTries: 2 });
  });

  test('takes a few tries at a time', async () => {
    await keep(passphrase());
    const sealed = await unsealing();
    const tries = Array.from({ length: 12 }, () => refusal(sealed.unseal({ kind: 'passphrase', passphrase: 'wrong' }, HOST)));
    const codes = (await Promise.all(tries)).map(({ code: one }) => one);
    expect(codes.filter((one) => one === 'unseal-refused').length).toBe(4);
    expect(codes.filter((one) => one === 'rate-limited').length).toBe(8);
  });
});

describe('keys that are put away', () => {
  test('open and seal nothing until the same root key comes back', async () => {
    const { dataDir } = parts;
    const ring = await openKeyring({ dataDir, root: rootKeyOf(Buffer.from(wanted)) });
    const sealed = ring.seal(Buffer.from('secret'), ['a']);
    const pseudonym = ring.hmac('x', 'text');
    ring.putAway();
    for (const use of [() => ring.seal(Buffer.from('secret'), ['a']), () => ring.open(sealed, ['a']), () => ring.ring.kek])
      expect(use).toThrow(expect.objectContaining({ code: 'keyring-sealed' }));
    expect(() => ring.bringBack(newRootKey())).toThrow(expect.objectContaining({ code: 'key-wrong' }));
    expect(ring.isSealed).toBe(true);
    // Records of traffic go on, under the names of before.
    expect(ring.hmac('x', 'text')).toBe(pseudonym);
    expect(ring.subjects.find(ring.subjects.sealing().id)).not.toBe(null);
    ring.bringBack(rootKeyOf(Buffer.from(wanted)));
    expect(ring.open(sealed, ['a']).toString()).toBe('secret');
  });
});
