import type { ActionParameters } from '@holdfast/contract';
import type { SessionListed, Sessions } from '../../../identity/index.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { Touched } from '../../traffic/recent-traffic.ts';
import type { ActionFor, ActionKind } from '../action-kind.ts';
import { impactOn } from './impact.ts';
import { PLAIN } from './plain.ts';

type Parameters = ActionParameters<'revoke-sessions'>;
const PAGE = 500;

/** Ended for good: whoever it was signs in again. That of whoever asks stays, so that they can go on. */
export function createRevokeSessions(
  { sessions }: Pick<ResponseParts, 'sessions'>,
  rooms: Pick<ResponseRooms, 'traffic'>,
): ActionKind<'revoke-sessions'> {
  return {
    name: 'revoke-sessions',
    permission: 'session:write',
    // Of everybody there are others in each moment: that is no change of what was asked for.
    read: async (parameters) =>
      parameters.scope === 'all' ? {} : { open: (await reached(sessions, parameters)).map(({ id }) => id).toSorted() },
    async plan(parameters, _now, { session }) {
      const impact = impactOn(rooms, touched(parameters));
      if (parameters.scope === 'all')
        return {
          ...PLAIN,
          summary: 'ends every session but that of whoever asks',
          impact,
          approvals: 2,
          why: ['everybody has to sign in again'],
        };
      const refused =
        parameters.scope === 'session' && parameters.id === session ? 'it is your own session: sign out instead' : null;
      const open = (await reached(sessions, parameters)).filter(({ id }) => id !== session);
      const counted = { ...impact, sessions: Math.max(impact.sessions, open.length) };
      return {
        ...PLAIN,
        summary: `ends ${numberOf(open.length)} of ${parameters.scope} ${parameters.id}`,
        impact: counted,
        refused,
        isEffective: open.length === 0,
      };
    },
    async apply(parameters, as) {
      const ended =
        parameters.scope === 'all' ? await endEach(sessions, as) : await end(sessions, await reached(sessions, parameters), as);
      return { state: 'done', detail: `${numberOf(ended)} ended; whoever it was signs in again`, undo: null };
    },
  };
}

const numberOf = (sessions: number): string => `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;

async function reached(sessions: Sessions, parameters: Exclude<Parameters, { scope: 'all' }>): Promise<readonly SessionListed[]> {
  if (parameters.scope === 'person') return sessions.list(parameters.id);
  const found = await sessions.find(parameters.id);
  return found === null ? [] : [found];
}

function touched(parameters: Parameters): Touched {
  if (parameters.scope === 'all') return { kind: 'everybody' };
  return parameters.scope === 'person' ? { kind: 'person', person: parameters.id } : { kind: 'session', session: parameters.id };
}

/** Whoever signed in after it began has proved who they are: done again after a crash, theirs goes on. */
async function end(
  sessions: Sessions,
  listed: readonly SessionListed[],
  { session, actor, beganAt }: ActionFor,
): Promise<number> {
  let ended = 0;
  for (const { id, createdAt } of listed) {
    if (id === session || createdAt > beganAt) continue;
    if (await sessions.endOne(null, id, { reason: 'revoked', actor })) ended += 1;
  }
  return ended;
}

async function endEach(sessions: Sessions, as: ActionFor): Promise<number> {
  let ended = 0;
  for (let before: string | null = null; ;) {
    const { items, next } = await sessions.listAll({ before, limit: PAGE });
    ended += await end(sessions, items, as);
    if (next === null) return ended;
    before = next;
  }
}
