import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal } from '../../../../platform/refusal.ts';
import { sortedJson } from '../../../applications/index.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionFor, ActionKind } from '../action-kind.ts';
import { noImpact } from './impact.ts';
import { PLAIN } from './plain.ts';

type Parts = Pick<ResponseParts, 'protection' | 'detection' | 'clock' | 'dataDir' | 'exportLedger'>;
type Rooms = Pick<ResponseRooms, 'actions' | 'cases'>;
const HOUR_MS = 3_600_000;
const ALERTS_MAX = 200;
const ACTIONS_MAX = 200;

/**
 * What a court or an auditor asks for: the ledger as a signed export, which anybody verifies with its files alone, and what was known
 * at this moment (alerts, actions, policy) as a file of the incident, sealed there. The record holds the hash of that file. Backups
 * leave the export out, which is the ledger once more; its signed head stands in that file, and so in the backups: a ledger that was
 * restored is proved to begin with what was preserved.
 */
export function createPreserveEvidence(parts: Parts, rooms: Rooms): ActionKind<'preserve-evidence'> {
  return {
    name: 'preserve-evidence',
    permission: 'audit:write',
    // It adds to what is there and changes nothing.
    read: async () => Promise.resolve({}),
    plan: async ({ hours }) =>
      Promise.resolve({
        ...PLAIN,
        summary: `keeps the ledger, and what was known in the last ${hours} hours; backups leave the copy of the ledger out`,
        impact: noImpact(null),
      }),
    async apply({ hours }, as) {
      const { directory, checkpoint } = await exported(parts, as);
      const said = `the ledger is in ${directory}, which backups leave out: take it away`;
      if (as.incident === null || rooms.cases === undefined) return { state: 'done', detail: said, undo: null };
      const name = `evidence-${as.id}.json`;
      const kept = (await rooms.cases.show(as.incident)).files.find((file) => file.name === name);
      const sha256 =
        kept?.sha256 ??
        (await keep(
          { ...rooms, cases: rooms.cases },
          { name, text: await known(parts, rooms, { as, hours, checkpoint }), as, incident: as.incident },
        ));
      return { state: 'done', detail: `${said}; ${name} has the SHA-256 ${sha256}`, undo: null };
    },
  };
}

interface Exported {
  readonly directory: string;
  /** Its signed head, as text. */
  readonly checkpoint: string | null;
}

/** Below the data directory, in `exports/`. Made once under this name. */
async function exported({ exportLedger, dataDir }: Parts, { id, actor }: ActionFor): Promise<Exported> {
  const name = `evidence-${id.toLowerCase()}`;
  try {
    await exportLedger(name, actor);
  } catch (error) {
    if (!isRefusal(error, 'conflict')) throw error;
  }
  const directory = `exports/${name}`;
  return { directory, checkpoint: await readFile(join(dataDir, directory, 'checkpoint'), 'utf8').catch(() => null) };
}

async function known(
  { detection, protection, clock }: Parts,
  rooms: Rooms,
  { as, hours, checkpoint }: { readonly as: ActionFor; readonly hours: number; readonly checkpoint: string | null },
): Promise<string> {
  const now = clock.now();
  const since = now - hours * HOUR_MS;
  const { incident } = as;
  const alerts = await detection.rooms.alerts?.list({ state: 'all', since, limit: ALERTS_MAX });
  const actions = incident === null ? undefined : await rooms.actions?.list({ state: 'all', incident, limit: ACTIONS_MAX });
  const policy = await protection.snapshots.show();
  return sortedJson({
    incident,
    madeAt: now,
    since,
    checkpoint,
    alerts: alerts?.items ?? [],
    actions: actions?.items ?? [],
    policy,
  });
}

interface Kept {
  readonly name: string;
  readonly text: string;
  readonly incident: string;
  readonly as: ActionFor;
}

async function keep({ cases }: Required<Pick<Rooms, 'cases'>>, { name, text, incident, as }: Kept): Promise<string> {
  const bytes = Buffer.from(text, 'utf8');
  const { sha256 } = await cases.addFile(incident, { name, content: bytes.toString('base64') }, { actor: as.actor });
  const wanted = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== wanted) throw new Error('assertion: what was kept is what was written');
  return sha256;
}
