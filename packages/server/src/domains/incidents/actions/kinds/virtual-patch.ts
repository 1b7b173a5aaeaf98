import { patchInputSchema, type ActionParameters, type PatchInput, type PatchTest, type PatchView } from '@holdfast/contract';
import { faultPoint } from '../../../../platform/fault-point.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionFor, ActionKind, Applied, StateOf } from '../action-kind.ts';
import { noImpact } from './impact.ts';

const DAY_MS = 86_400_000;
const REASON_CHARS_MAX = 500;

type Parts = Pick<ResponseParts, 'protection' | 'log'>;
type Rooms = Pick<ResponseRooms, 'actions'>;
type Parameters = ActionParameters<'virtual-patch'>;

/** Honest requests that it would refuse, of all that is known. */
const touchedBy = ({ live, recent, stored }: PatchTest): number => live.honest + recent.touched + stored.touched;

/** It may refuse by itself: it was judged, and nothing honest met it. A patch that touches one waits for somebody. */
const isClear = (test: PatchTest): boolean => test.verdict === 'clear' && touchedBy(test) === 0;

/** Records first, is tried on honest requests, and refuses when none of them met it, or when somebody agreed. */
export function createVirtualPatch(parts: Parts, rooms: Rooms): ActionKind<'virtual-patch'> {
  const { patches } = parts.protection;
  return {
    name: 'virtual-patch',
    permission: 'patch:write',
    read: async ({ patch }) => stateOf(await livePatches(parts, patch.application), patch),
    async plan({ patch }, now) {
      const test = await patches.tryOut(inputOf(patch, { finding: patch.finding, reason: 'is it harmless?' }));
      const touched = touchedBy(test);
      const why =
        touched > 0 ? `${touched} honest requests would meet it` : 'there are honest requests here that could not be judged';
      const { method, route, application, days } = patch;
      return {
        summary: `closes one hole at ${method} ${route} of ${application} for ${days} days`,
        impact: { ...noImpact(test.unknown.join(' ').slice(0, 300) || null), requests: touched, clients: clientsOf(test) },
        approvals: isClear(test) ? 0 : 1,
        why: isClear(test) ? [] : [why],
        refused: null,
        isEffective: (await livePatches(parts, application)).some((held) => held.state === 'enforce' && isSamePlace(held, patch)),
        undo: 'the patch is removed',
        expiresAt: now + days * DAY_MS,
      };
    },
    apply: async ({ patch }, as) => close(parts, rooms, { patch, as }),
    async undo({ patch }, _undo, as) {
      const held = await ours(parts, patch.application, as.id);
      if (held === null) return 'it was not there any more';
      await patches.remove(held.id, { reason: as.reason }, { actor: as.actor });
      await pushed(parts, as);
      return `the patch ${held.id} is removed`;
    },
  };
}

/** The finding is the action: asked for twice there is one patch, and after a crash it is found again. */
function inputOf(
  patch: Parameters['patch'],
  { finding, reason }: { readonly finding: string | null; readonly reason: string },
): PatchInput {
  const about = patch.finding === null || patch.finding === finding ? '' : `${patch.finding}: `;
  return patchInputSchema.parse({
    ...patch,
    finding,
    source: 'playbook',
    reason: `${about}${reason}`.slice(0, REASON_CHARS_MAX),
  });
}

async function ours({ protection }: Parts, application: string, action: string): Promise<PatchView | null> {
  const found = await protection.patches.list({ application, state: 'live', finding: action, limit: 1 });
  return found.items[0] ?? null;
}

interface Closing {
  readonly patch: Parameters['patch'];
  readonly as: ActionFor;
}

async function close(parts: Parts, rooms: Rooms, { patch, as }: Closing): Promise<Applied> {
  const { patches } = parts.protection;
  const by = { actor: as.actor };
  const held =
    (await ours(parts, patch.application, as.id)) ??
    (await patches.add(inputOf(patch, { finding: as.id, reason: as.reason }), by));
  const done: Applied = { state: 'effective', detail: `the patch ${held.id} refuses`, undo: { patch: held.id } };
  // Killed after it was enforced and before that was written down.
  if (held.state === 'enforce') return done;
  const test = await patches.test(held.id, by);
  faultPoint('patch-tested');
  if (!isClear(test) && !(await isAgreed(rooms, as))) {
    await patches.remove(held.id, { reason: 'honest requests would meet it' }, by);
    const detail = `${touchedBy(test)} honest requests would meet it by now: ask again, and let somebody agree`;
    throw new Refusal('patch-not-ready', { errors: [{ pointer: '/patch', detail }] });
  }
  const isForced = test.verdict !== 'clear';
  await patches.enforce(held.id, { force: isForced, reason: as.reason }, by);
  await pushed(parts, as);
  return done;
}

/** It is done only after those agreed who were asked. */
const isAgreed = async (rooms: Rooms, { id }: ActionFor): Promise<boolean> =>
  ((await rooms.actions?.show(id))?.approvedBy.length ?? 0) > 0;

const clientsOf = ({ live, recent, stored }: PatchTest): number => Math.max(live.clients, recent.clients, stored.clients);

async function livePatches({ protection }: Parts, application: string): Promise<readonly PatchView[]> {
  const found: PatchView[] = [];
  let cursor: string | undefined;
  do {
    const page = await protection.patches.list({
      application,
      state: 'live',
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}

const isSamePlace = (held: PatchView, wanted: Parameters['patch']): boolean =>
  held.method === wanted.method &&
  held.route === wanted.route &&
  held.location === wanted.location &&
  held.parameter === wanted.parameter &&
  held.match.kind === wanted.match.kind;

/** Without ids and ends, which are others when it is done again. */
const stateOf = (live: readonly PatchView[], wanted: Parameters['patch']): StateOf => ({
  patches: live
    .filter((held) => isSamePlace(held, wanted))
    .map(({ state }) => state)
    .toSorted(),
});

async function pushed({ protection, log }: Parts, { id, actor }: ActionFor): Promise<void> {
  await protection.snapshots.refresh('action.virtual-patch', actor).catch((error: unknown) => {
    log.warn({ err: error, action: id }, 'a patch is stored and reaches gateways later');
  });
}
