import { openCheckpoint, parseTrust, signCheckpoint, emptyRoot, LedgerError, parseVerifier } from '@holdfast/ledger';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { OVERLAP_MS, openSigningKeys, type SigningKeys } from './signing-key.ts';

const base = await mkdtemp(path.join(tmpdir(), 'hf-signing-'));
let dataDir = '';
let keyring: Keyring;
let count = 0;
beforeEach(async () => {
  count += 1;
  dataDir = path.join(base, String(count));
  await mkdir(path.join(dataDir, 'keys'), { recursive: true });
  keyring = await openKeyring({ dataDir });
});
afterAll(() => rm(base, { recursive: true, force: true }));

const open = (): Promise<SigningKeys> => openSigningKeys({ dataDir, node: 'n1', keyring });
const noteOf = (keys: SigningKeys, size: number): Buffer =>
  Buffer.from(signCheckpoint({ origin: keys.origin, size, root: emptyRoot() }, keys.signers()));
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return error instanceof LedgerError ? error.code : 'other';
  }
};

describe('signing keys', () => {
  it('are made once, sealed, and the same after a restart', async () => {
    const keys = await open();
    expect(keys.origin).toMatch(/^holdfast\.local\/n1\/[0-9a-f]{8}$/u);
    const again = await open();
    expect([again.origin, again.verifierKey]).toEqual([keys.origin, keys.verifierKey]);
    expect(await readFile(path.join(dataDir, 'keys/ledger-signing.json'), 'utf8')).not.toContain('PRIVATE');
    expect(openCheckpoint(noteOf(again, 3), parseTrust(keys.trustText)).size).toBe(3);
  });

  it('both sign during the overlap; afterwards the old one is refused for later sizes and still good for earlier ones', async () => {
    const keys = await open();
    const old = keys.verifierKey;
    const oldSigners = keys.signers();
    const noteBefore = noteOf(keys, 50);
    const { verifierKey, previousKey } = await keys.rotate(100, 1000);
    expect([previousKey, keys.verifierKey]).toEqual([old, verifierKey]);
    expect(keys.signers()).toHaveLength(2);
    // Who still holds the old trust file can follow through the overlap.
    const oldTrust = { origin: keys.origin, keys: [{ verifier: parseVerifier(old), firstSize: 0, lastSize: null }] };
    expect(openCheckpoint(noteOf(keys, 120), oldTrust).size).toBe(120);
    expect(await keys.retire(130, 1000 + OVERLAP_MS - 1)).toBe(false);
    expect(await keys.retire(130, 1000 + OVERLAP_MS)).toBe(true);
    const again = await open();
    expect(again.signers()).toHaveLength(1);
    const trust = parseTrust(again.trustText);
    expect(openCheckpoint(noteBefore, trust).size).toBe(50);
    expect(openCheckpoint(noteOf(again, 131), trust).size).toBe(131);
    const forged = Buffer.from(signCheckpoint({ origin: keys.origin, size: 131, root: emptyRoot() }, oldSigners));
    expect(codeOf(() => openCheckpoint(forged, trust))).toBe('key-out-of-range');
    const tooEarly = Buffer.from(signCheckpoint({ origin: keys.origin, size: 99, root: emptyRoot() }, again.signers()));
    expect(codeOf(() => openCheckpoint(tooEarly, trust))).toBe('key-out-of-range');
  });

  it('say when the newest was made, also after a restart; of files that do not say it, nobody knows', async () => {
    const silent = await open();
    expect(silent.madeAt).toBeNull();
    await silent.rotate(10, 5000);
    expect(silent.madeAt).toBe(5000);
    expect((await open()).madeAt).toBe(5000);
  });

  it('of another root key do not open', async () => {
    await open();
    const other = path.join(base, `${count}-other`);
    await mkdir(path.join(other, 'keys'), { recursive: true });
    const stranger = await openKeyring({ dataDir: other });
    await expect(openSigningKeys({ dataDir, node: 'n1', keyring: stranger })).rejects.toMatchObject({ code: 'key-wrong' });
  });

  it('in a damaged file are refused, not replaced', async () => {
    await open();
    const file = path.join(dataDir, 'keys/ledger-signing.json');
    await writeFile(file, '{"version":1}');
    await expect(open()).rejects.toMatchObject({ code: 'key-wrong' });
    expect(await readFile(file, 'utf8')).toBe('{"version":1}');
  });
});
