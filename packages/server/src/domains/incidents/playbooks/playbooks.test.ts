import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTableArea } from '../../../platform/keyring/areas/table-area.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Actor } from '../../applications/index.ts';
import { samplePlaybook } from './documents/sample.ts';
import { signed, type Pair } from './documents/test-signing.ts';
import type { Playbooks } from './playbooks.ts';
import { sealedInPlaybooks } from './sealed.ts';
import type { Shipped } from './shipped.ts';
import { createPlaybooks } from './stored-playbooks.ts';

const actor: Actor = { kind: 'token', ref: 'tok' };
const by = { actor };
const MINE = samplePlaybook({ id: 'playbook--11111111-1111-4111-8111-111111111111', name: 'Mine' });
const OURS = samplePlaybook({ id: 'playbook--22222222-2222-4222-8222-222222222222', name: 'Ours' });
const TRIGGERS: Shipped['triggers'] = [{ kind: 'incident', severity: 'high', detectors: [], application: null }];

let platform: TestPlatform;
let keyring: Keyring;

beforeAll(async () => {
  platform = await openTestPlatform();
  await mkdir(path.join(platform.dataDir, 'keys'), { recursive: true });
  keyring = await openKeyring({ dataDir: platform.dataDir });
});
afterAll(() => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from incidents_playbook');
  platform.recorded.length = 0;
});

async function open(shipped: readonly Shipped[] = [], isSignatureRequired = false): Promise<Playbooks> {
  const given = { shipped: async () => Promise.resolve(shipped), isSignatureRequired };
  const playbooks = createPlaybooks({ ...platform, log: silentLog, keyring, ...given });
  await playbooks.start();
  return playbooks;
}

const ours = (document: unknown = OURS): readonly Shipped[] => [{ file: 'ours.json', document, triggers: TRIGGERS }];
const changes = (): readonly unknown[] =>
  platform.recorded.filter(({ type }) => type === 'playbook.changed').map(({ payload }) => payload['change']);

describe('stored playbooks', () => {
  it('are brought in, replaced, removed and restored, each with one record', async () => {
    const playbooks = await open();
    const first = await playbooks.put(MINE, by);
    expect(first).toMatchObject({ name: 'Mine', isShipped: false, isOn: true, triggers: [], revision: 1, signature: 'none' });
    expect(first.document).toEqual(MINE);
    expect((await playbooks.put({ ...MINE, name: 'Renamed' }, { actor, revision: 1 })).revision).toBe(2);
    await playbooks.remove(MINE.id, by);
    await expect(playbooks.show(MINE.id)).rejects.toMatchObject({ code: 'not-found' });
    expect((await playbooks.list({ limit: 50 })).items).toEqual([]);
    expect(await playbooks.restore(MINE.id, by)).toMatchObject({ name: 'Renamed' });
    expect(changes()).toEqual(['added', 'replaced', 'removed', 'restored']);
  });

  it('are refused with the pointer of each fault, and nothing is stored', async () => {
    const playbooks = await open();
    const broken = { ...MINE, workflow_start: 'start--99999999-9999-4999-8999-999999999999' };
    await expect(playbooks.put(broken, by)).rejects.toMatchObject({
      code: 'input-invalid',
      errors: expect.arrayContaining([expect.objectContaining({ pointer: '/document/workflow_start' })]),
    });
    expect((await playbooks.list({ limit: 50 })).items).toEqual([]);
    expect(changes()).toEqual([]);
  });

  it('are changed by whoever saw them as they are', async () => {
    const playbooks = await open();
    await playbooks.put(MINE, by);
    await expect(playbooks.put({ ...MINE, name: 'Late' }, { actor, revision: 7 })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    await expect(playbooks.set(MINE.id, { isOn: false, reason: 'tried out' }, { actor, revision: 7 })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    const off = await playbooks.set(
      MINE.id,
      { isOn: false, triggers: [...TRIGGERS], reason: 'tried out' },
      { actor, revision: 1 },
    );
    expect(off).toMatchObject({ isOn: false, triggers: TRIGGERS });
    expect(await playbooks.triggered()).toEqual([]);
    await playbooks.set(MINE.id, { isOn: true, reason: 'wanted again' }, by);
    expect((await playbooks.triggered()).map(({ id }) => id)).toEqual([MINE.id]);
    expect(changes()).toEqual(['added', 'triggers', 'off', 'on']);
  });

  it('of a release are there at start, and brought up to date unless somebody changed them', async () => {
    const later = { ...OURS, description: 'of the next release' };
    expect(await (await open(ours())).show(OURS.id)).toMatchObject({ isShipped: true, isOn: true, triggers: TRIGGERS });
    await open(ours());
    expect(changes()).toEqual(['added']);
    const updated = await open(ours(later));
    expect(await updated.show(OURS.id)).toMatchObject({ description: 'of the next release' });
    await updated.put({ ...OURS, description: 'as we want it' }, by);
    expect(await (await open(ours(OURS))).show(OURS.id)).toMatchObject({ description: 'as we want it', isShipped: true });
  });

  it('of a release stay off, with the triggers that somebody set, and stay removed', async () => {
    const playbooks = await open(ours());
    await playbooks.set(OURS.id, { isOn: false, triggers: [], reason: 'not wanted' }, by);
    const next = await open(ours({ ...OURS, description: 'newer' }));
    expect(await next.show(OURS.id)).toMatchObject({ isOn: false, triggers: [], description: 'newer' });
    await next.remove(OURS.id, by);
    await expect((await open(ours())).show(OURS.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('load as they are, with their digest, and know when they ran', async () => {
    const playbooks = await open();
    const { digest } = await playbooks.put(MINE, by);
    const { playbook, view } = await playbooks.load(MINE.id);
    expect(view.digest).toBe(digest);
    expect(playbook.steps.size).toBe(Object.keys(MINE.workflow).length);
    await playbooks.ran(MINE.id, 1_790_000_000_000);
    expect(await playbooks.show(MINE.id)).toMatchObject({ lastRunAt: 1_790_000_000_000, revision: 1 });
  });

  it('load also when they do not run, and say why', async () => {
    const playbooks = await open();
    await playbooks.put(MINE, by);
    expect((await playbooks.load(MINE.id)).whyNot).toBeNull();
    await playbooks.set(MINE.id, { isOn: false, reason: 'tried out' }, by);
    expect((await playbooks.load(MINE.id)).whyNot).toContain('is off');
  });

  it('lie sealed: a password of an agent stands nowhere in the table, and moves to a new key', async () => {
    const playbooks = await open();
    const key = 'http-basic--33333333-3333-4333-8333-333333333333';
    await playbooks.put(
      { ...MINE, authentication_info_definitions: { [key]: { type: 'http-basic', user_id: 'api', password: 'opensesame' } } },
      by,
    );
    const rows = await platform.db.query('select * from incidents_playbook');
    expect(JSON.stringify(rows)).not.toContain('opensesame');
    const [column] = sealedInPlaybooks;
    const area = column === undefined ? null : createTableArea(platform.db, keyring, column);
    expect([...((await area?.count()) ?? new Map()).values()]).toEqual([1]);
  });
});

describe('signatures of stored playbooks', () => {
  const known: Pair = generateKeyPairSync('ed25519');
  const unknown: Pair = generateKeyPairSync('ed25519');
  const signedBy = (pair: Pair) => signed(MINE, { algorithm: 'Ed25519', pair });
  const folder = (): string => path.join(platform.dataDir, 'playbook-keys');
  const trust = async (): Promise<void> => {
    await mkdir(folder(), { recursive: true });
    await writeFile(path.join(folder(), 'known.pem'), known.publicKey.export({ type: 'spki', format: 'pem' }));
  };
  beforeEach(trust);
  afterAll(async () => rm(folder(), { recursive: true, force: true }));

  it('are told: by a key that the host trusts, by another, by none', async () => {
    const playbooks = await open();
    expect((await playbooks.put(signedBy(known), by)).signature).toBe('valid');
    expect((await playbooks.put(signedBy(unknown), by)).signature).toBe('unknown');
    expect((await playbooks.put(MINE, by)).signature).toBe('none');
    await expect(playbooks.put({ ...signedBy(known), name: 'Changed' }, by)).rejects.toMatchObject({
      errors: [{ pointer: '/document/signatures/0/value' }],
    });
  });

  it('are worth what they are worth now: a key that is taken away counts no more', async () => {
    const playbooks = await open();
    await playbooks.put(signedBy(known), by);
    await rm(folder(), { recursive: true });
    expect((await playbooks.show(MINE.id)).signature).toBe('unknown');
    expect((await playbooks.list({ limit: 10 })).items.map(({ signature }) => signature)).toEqual(['unknown']);
    expect((await playbooks.load(MINE.id)).view.signature).toBe('unknown');
    await trust();
    expect((await playbooks.load(MINE.id)).view.signature).toBe('valid');
  });

  it('that are required keep all others out, and what is there already from running', async () => {
    const optional = await open(ours());
    await optional.put(MINE, by);
    expect((await optional.load(MINE.id)).whyNot).toBeNull();
    expect(await optional.signatures()).toEqual({ isRequired: false, untrusted: ['Mine'] });

    const required = await open(ours(), true);
    expect((await required.load(MINE.id)).whyNot).toContain('playbooks.signatures');
    expect(await required.signatures()).toEqual({ isRequired: true, untrusted: ['Mine'] });
    for (const document of [MINE, signedBy(unknown)])
      await expect(required.put(document, by)).rejects.toMatchObject({
        code: 'input-invalid',
        errors: [{ pointer: '/document/signatures' }],
      });
    await required.put(signedBy(known), by);
    expect((await required.load(MINE.id)).whyNot).toBeNull();
    expect(await required.signatures()).toEqual({ isRequired: true, untrusted: [] });
    await rm(folder(), { recursive: true });
    expect((await required.load(MINE.id)).whyNot).not.toBeNull();
  });

  it('are not needed by what comes with a release, unless somebody changed it', async () => {
    const required = await open(ours(), true);
    expect((await required.load(OURS.id)).whyNot).toBeNull();
    await expect(required.put({ ...OURS, name: 'Ours, changed' }, by)).rejects.toMatchObject({ code: 'input-invalid' });
    await required.put(OURS, by);
    expect((await required.load(OURS.id)).whyNot).toBeNull();
  });
});
