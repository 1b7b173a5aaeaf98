import type { ActionView, ReleaseCheck } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import type { IsolationRow } from '../../protection/index.ts';
import type { RecordedRequest, ResponseParts } from '../response-parts.ts';
import type { ResponseRooms } from '../response-rooms.ts';
import { checkHealth } from './health-check.ts';
import { checkRetest } from './retest.ts';

/** Of one kind and one incident. */
const ACTIONS_MAX = 200;
/** The first ones, which opened it, and the newest; whoever attacks on does not bury what it began with. */
const ALERTS_AT_ENDS = 10;
const REQUESTS_MAX = 40;

export type CheckParts = Pick<ResponseParts, 'applications' | 'protection' | 'detection' | 'clock' | 'requestOf' | 'gateway'>;
export type CheckRooms = Pick<ResponseRooms, 'actions' | 'cases'>;

/** Whether it may go again. */
export async function lookBeforeRelease(
  parts: CheckParts,
  rooms: CheckRooms,
  { row, incident }: { readonly row: IsolationRow; readonly incident: string | null },
): Promise<ReleaseCheck[]> {
  const { application } = await parts.applications.get(row.application);
  const { visitorKey } = await parts.protection.snapshots.current();
  const asked = (action: Asked) => (incident === null ? null : actionsOf(rooms, incident, action));
  const requests = incident === null ? [] : await attacksOf(parts, rooms, { incident, application: row.application });
  const now = (): number => parts.clock.now();
  return [
    await checkHealth(application.upstream),
    await checkRetest({ application, requests, key: visitorKey, gateway: parts.gateway(), now }),
    checkSecrets(await asked('rotate-secret')),
    checkEvidence(await asked('preserve-evidence')),
  ];
}

type Asked = 'rotate-secret' | 'preserve-evidence';

/** Of one kind: bans of a thousand sources must not hide that a secret was to be rotated. */
async function actionsOf({ actions }: CheckRooms, incident: string, action: Asked): Promise<readonly ActionView[] | null> {
  if (actions === undefined) return null;
  return (await actions.list({ state: 'all', incident, action, limit: ACTIONS_MAX })).items;
}

const UNKNOWN = 'it belongs to no incident';
/** Asked for and not done, or taken back: the old value may be in wrong hands. */
const NOT_ROTATED: ReadonlySet<ActionView['state']> = new Set(['waiting', 'running', 'failed', 'undone', 'expired', 'refused']);

function checkSecrets(asked: readonly ActionView[] | null): ReleaseCheck {
  const name = 'secrets';
  if (asked === null) return { name, state: 'unknown', detail: UNKNOWN };
  // Of one secret the last word counts; the list begins with it.
  const last = new Map<string, ActionView>();
  for (const one of asked) {
    const key = JSON.stringify(one.parameters);
    if (!last.has(key)) last.set(key, one);
  }
  const open = [...last.values()].filter(({ state }) => NOT_ROTATED.has(state));
  if (open.length > 0) return { name, state: 'failed', detail: `${open.length} secrets of it are not rotated` };
  return {
    name,
    state: 'passed',
    detail: last.size === 0 ? 'no secret of it was to be rotated' : `${last.size} secrets are rotated`,
  };
}

function checkEvidence(asked: readonly ActionView[] | null): ReleaseCheck {
  const name = 'evidence';
  if (asked === null) return { name, state: 'unknown', detail: UNKNOWN };
  const kept = asked.some(({ state }) => state === 'done');
  return kept
    ? { name, state: 'passed', detail: 'it is preserved' }
    : { name, state: 'failed', detail: 'nothing of it is preserved yet' };
}

/** The requests behind the alerts of the incident in which an attack on this application was found, the oldest first. */
async function attacksOf(
  { detection, requestOf }: CheckParts,
  { cases }: CheckRooms,
  { incident, application }: { readonly incident: string; readonly application: string },
): Promise<RecordedRequest[]> {
  const { alerts } = detection.rooms;
  if (cases === undefined || alerts === undefined) return [];
  const oldestFirst = (await cases.show(incident)).linkedAlerts.toReversed();
  const ids = new Set<string>();
  for (const alert of new Set([...oldestFirst.slice(0, ALERTS_AT_ENDS), ...oldestFirst.slice(-ALERTS_AT_ENDS)])) {
    // One that was forgotten since says nothing any more.
    const detail = await alerts.show(alert).catch((error: unknown) => {
      if (isRefusal(error, 'not-found')) return null;
      throw error;
    });
    for (const { requestId } of detail?.evidence ?? []) if (requestId !== null && ids.size < REQUESTS_MAX) ids.add(requestId);
  }
  const found = await Promise.all([...ids].map(async (id) => requestOf(id)));
  return found.flatMap((event) => (event?.application === application ? [event] : []));
}
