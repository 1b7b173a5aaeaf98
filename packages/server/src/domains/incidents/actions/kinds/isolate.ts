import type { ActionParameters, Isolation } from '@holdfast/contract';
import type { IsolationRow } from '../../../protection/index.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { Touched } from '../../traffic/recent-traffic.ts';
import type { ActionFor, ActionKind, ActionKinds, Applied } from '../action-kind.ts';
import { impactOn } from './impact.ts';

type Name = 'quarantine-route' | 'quarantine-application' | 'read-only';
type Parts = Pick<ResponseParts, 'protection' | 'log'>;
type Rooms = Pick<ResponseRooms, 'traffic' | 'board'>;

/** What is cut off, from the parameters of one of the three. */
interface Wish extends Pick<Isolation, 'application' | 'kind' | 'method' | 'route' | 'allow'> {
  readonly forSeconds: number | null;
}

const wishOf: { readonly [Kind in Name]: (parameters: ActionParameters<Kind>) => Wish } = {
  'quarantine-route': (parameters) => ({ kind: 'route', ...parameters }),
  'quarantine-application': (parameters) => ({ kind: 'application', method: '*', route: null, ...parameters }),
  'read-only': (parameters) => ({ kind: 'read-only', method: '*', route: null, ...parameters }),
};

const touchedBy: { readonly [Kind in Isolation['kind']]: (wish: Wish) => Touched } = {
  application: ({ application }) => ({ kind: 'application', application }),
  route: ({ application, method, route }) => ({ kind: 'route', application, method, route: route ?? '/' }),
  'read-only': ({ application }) => ({ kind: 'writes', application }),
};

const wordsOf = ({ kind, application, method, route }: Wish): string => {
  if (kind === 'route') return `${method === '*' ? '' : `${method} `}${route} of ${application}`;
  return kind === 'application' ? application : `writing to ${application}`;
};

export function createIsolationKinds(parts: Parts, rooms: Rooms): Pick<Required<ActionKinds>, Name> {
  return {
    'quarantine-route': kindOf('quarantine-route', parts, rooms),
    'quarantine-application': kindOf('quarantine-application', parts, rooms),
    'read-only': kindOf('read-only', parts, rooms),
  };
}

function kindOf<Kind extends Name>(name: Kind, parts: Parts, rooms: Rooms): ActionKind<Kind> {
  const { isolations } = parts.protection;
  const wish = (parameters: ActionParameters<Kind>): Wish => wishOf[name](parameters);
  const held = async (wanted: Wish): Promise<readonly IsolationRow[]> => (await isolations.list()).filter(isAt(wanted));
  return {
    name,
    permission: 'incident:isolate',
    // Who still comes through, until when and by whose decision is of each action: others may cut the same off for themselves.
    read: async (parameters) => ({ isCutOff: (await held(wish(parameters))).length > 0 }),
    async plan(parameters, now) {
      const wanted = wish(parameters);
      await isolations.check({ ...wanted, reason: '' });
      return {
        summary: `cuts off ${wordsOf(wanted)} ${lasting(wanted)}`,
        impact: impactOn(rooms, touchedBy[wanted.kind](wanted), wanted.allow),
        approvals: 1,
        why: ['it is an outage for everybody who is not listed'],
        refused: null,
        isEffective: (await held(wanted)).some((row) => covers(row, wanted, now)),
        undo: 'it is served again',
        expiresAt: wanted.forSeconds === null ? null : now + wanted.forSeconds * 1000,
      };
    },
    apply: async (parameters, as) => cutOff(parts, wish(parameters), as),
    async undo(parameters, _undo, as) {
      const cause = rooms.board?.endingOf(as.id) ?? 'undone';
      const ended = await isolations.end(as.id, { cause, reason: as.reason }, as.actor);
      await pushed(parts, as);
      return ended === null ? 'it was not cut off by this any more' : `${wordsOf(wish(parameters))} is served again`;
    },
  };
}

/** Under the id of its action: it is made once, everybody sees whose it is, and what others cut off besides is not its business. */
async function cutOff(parts: Parts, wanted: Wish, as: ActionFor): Promise<Applied> {
  await parts.protection.isolations.add({ ...wanted, id: as.id, reason: as.reason }, as.actor);
  await pushed(parts, as);
  return { state: 'effective', detail: `${wordsOf(wanted)} is cut off`, undo: { isolation: as.id } };
}

const lasting = ({ forSeconds }: Wish): string => (forSeconds === null ? 'until it is released' : `for ${forSeconds} seconds`);

const isAt = (wanted: Wish) => (row: IsolationRow) =>
  row.application === wanted.application &&
  row.kind === wanted.kind &&
  row.method === wanted.method &&
  row.route === wanted.route;

/** Lasts at least as long, and lets nobody else through. */
function covers(row: IsolationRow, { allow, forSeconds }: Wish, now: number): boolean {
  const isAsLong = row.expiresAt === null || (forSeconds !== null && row.expiresAt >= now + forSeconds * 1000);
  const listed = new Set(allow);
  return isAsLong && row.allow.every((prefix) => listed.has(prefix));
}

/** In force at the gateways when this resolves; where that fails the change waits there already. */
async function pushed({ protection, log }: Parts, { id, actor }: ActionFor): Promise<void> {
  await protection.snapshots.refresh('action.isolate', actor).catch((error: unknown) => {
    log.warn({ err: error, action: id }, 'what is cut off is stored and reaches gateways later');
  });
}
