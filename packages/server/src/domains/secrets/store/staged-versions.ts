import { secretEvents, type SecretRef } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { about, refText } from '../ref.ts';
import type { StagedVersions } from '../secrets.ts';
import { lockOrRefuse, makeCurrent, stageVersion, stepIn, type Step, type StepParts } from './step.ts';
import { readVersion, readVersions } from './version-store.ts';

const BY_ROTATION = { kind: 'system', ref: 'rotation' } as const;

/** What a rotation does with versions, in its own transaction. */
export function createStagedVersions(parts: StepParts & Pick<StagedVersions, 'open'>): StagedVersions {
  const change = async (
    transaction: Transaction,
    ref: SecretRef,
    act: (step: Step) => Promise<{ version: number; change: 'staged' | 'published' | 'discarded' }>,
  ): Promise<number> =>
    stepIn({ ...parts, transaction, actor: BY_ROTATION }, async (step) => {
      const payload = { secret: refText(ref), ...(await act(step)) };
      step.events.push(step.bus.newEvent(secretEvents.staged, { actor: BY_ROTATION, ...about(ref), payload }));
      return payload.version;
    });

  return {
    assertPossible: () => undefined,
    stage: async (transaction, ref, { data, note }) =>
      change(transaction, ref, async (step) => {
        const entry = await lockOrRefuse(step, ref);
        // One rotation at a time: what an earlier one left is discarded by it first.
        const isTaken = (await readVersions(step.tx, entry.id)).some(({ state }) => state === 'staged');
        if (isTaken) throw new Refusal('conflict', { detail: 'A staged version is there already.' });
        return { version: await stageVersion(step, entry, { data, note, copyOf: null }), change: 'staged' };
      }),
    async publish(transaction, ref, version) {
      await change(transaction, ref, async (step) => {
        const entry = await lockOrRefuse(step, ref);
        await assertStaged(step, entry.id, version);
        await makeCurrent(step, entry, version);
        return { version, change: 'published' };
      });
    },
    async discard(transaction, ref, version) {
      await change(transaction, ref, async (step) => {
        const entry = await lockOrRefuse(step, ref);
        await assertStaged(step, entry.id, version);
        await step.tx.deleteFrom('secret_version').where('secret', '=', entry.id).where('version', '=', version).execute();
        return { version, change: 'discarded' };
      });
    },
    open: parts.open,
  };
}

async function assertStaged({ tx }: Step, secret: string, version: number): Promise<void> {
  if ((await readVersion(tx, secret, version))?.state !== 'staged') throw new Refusal('secret-changed');
}
