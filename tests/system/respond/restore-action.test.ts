import type { ActionView } from '@holdfast/contract';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beside, KEPT, LATER, makeBackedUp, type BackedUp } from '../../support/backed-up.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';
import { enrolTwoAdministrators } from '../../support/two-administrators.ts';

const LONG_MS = 600_000;
const AFTERWARDS = '203.0.113.7';

/** One story: each part goes on where the one before it ended. */
describe('a restore that two people agree to', () => {
  let made: BackedUp;
  let server: HoldfastProcess;
  let action: ActionView;
  let records = 0;

  beforeAll(async () => {
    ({ server, ...made } = await makeBackedUp());
  }, LONG_MS);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    made.remove();
  }, LONG_MS);

  const note = (): string => join(made.dataDir, 'pending-recovery.json');
  const recover = (...words: readonly string[]) => made.run(['recover', ...words, '--yes']);

  test(
    'waits for both, and leaves a note; the server goes on as it was',
    async () => {
      const asked = await hostCall(server, 'POST', '/api/v1/actions', {
        action: 'restore-backup',
        parameters: { backup: null },
        reason: 'the shop was defaced',
      });
      // The contract of the API.
      action = asked.body as ActionView;
      expect(action, JSON.stringify(asked.body)).toMatchObject({ state: 'waiting', plan: { approvals: 2 } });
      const states: unknown[] = [];
      for (const person of await enrolTwoAdministrators(server)) {
        expect(existsSync(note())).toBe(false);
        const { status, data, body } = await person.api('POST', `/actions/${action.id}/approve`, {
          body: { reason: 'I looked' },
        });
        expect(status, body).toBe(200);
        states.push(data['state']);
      }
      expect(states).toEqual(['waiting', 'effective']);
      expect(existsSync(note())).toBe(true);
      expect(await made.bans()).toEqual([KEPT, LATER]);
      await server[Symbol.asyncDispose]();
      records = await made.records();
    },
    LONG_MS,
  );

  test(
    'a note that is forged, cut short, or of another installation is refused',
    async () => {
      const whole = readFileSync(note(), 'utf8');
      const { mac: _mac, ...facts } = JSON.parse(whole) as Readonly<Record<string, unknown>>;
      const foreign = createHmac('sha256', randomBytes(32)).update(JSON.stringify(facts)).digest('hex');
      const forged = whole.replace(String(facts['file']), String(facts['before']));
      expect(forged).not.toBe(whole);
      for (const text of [forged, whole.slice(0, 100), '', JSON.stringify({ ...facts, mac: foreign })]) {
        writeFileSync(note(), text);
        expect(await recover('--keep-log'), text.slice(0, 60)).toMatchObject({ code: 1, data: { code: 'conflict' } });
      }
      writeFileSync(note(), whole);
      expect(beside(made.dataDir, 'before-restore')).toEqual([]);
      expect(await made.bans()).toEqual([KEPT, LATER]);
    },
    LONG_MS,
  );

  test(
    'the whole one is followed once the server is down, and the log goes on',
    async () => {
      const { code, data } = await recover('--keep-log');
      expect(code, JSON.stringify(data)).toBe(0);
      expect(data).toMatchObject({ state: { file: made.backup, done: 'over' } });
      expect([await made.bans(), existsSync(note())]).toEqual([[KEPT], false]);
      server = await HoldfastProcess.start({ dataDir: made.dataDir });
      const added = await server.cli('ban', 'add', AFTERWARDS, '--for', '9h', '--reason', 'it goes on');
      expect(added.code, added.stderr).toBe(0);
      expect(await made.bans()).toEqual([KEPT, AFTERWARDS].toSorted());
      await server[Symbol.asyncDispose]();
      const now = await made.records();
      expect(now).toBeGreaterThan(records);
      records = now;
    },
    LONG_MS,
  );

  test(
    'and taken back by an undo: people, policy and note are those of before, the log goes on still',
    async () => {
      const { code, data } = await recover('undo');
      expect(code, JSON.stringify(data)).toBe(0);
      expect(await made.bans()).toEqual([KEPT, LATER]);
      expect(await made.records()).toBeGreaterThan(records);
      const shown = await made.run(['action', 'show', action.id]);
      expect(shown.data).toMatchObject({ state: 'effective', isUndoable: true });
      const undone = await made.run(['action', 'undo', action.id, '--reason', 'it was not needed']);
      expect(undone.data).toMatchObject({ state: 'undone' });
      expect(existsSync(note())).toBe(false);
      server = await HoldfastProcess.start({ dataDir: made.dataDir });
      expect((await server.cli('audit', 'verify')).code).toBe(0);
    },
    LONG_MS,
  );
});
