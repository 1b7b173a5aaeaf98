import type { ActionView } from '@holdfast/contract';
import { isRefusal } from '../../../../../platform/refusal.ts';
import { formatPrefix, parsePrefix } from '../../../../../platform/prefix.ts';
import { substitute } from '../../documents/substitution.ts';
import type { CommandAnswer } from '../machine/state.ts';
import { BY_PLAYBOOKS } from '../run-parts.ts';
import type { CommandAt } from './agent.ts';
import { failed, valuesOf } from './answers.ts';
import { FEATURES, orderOf } from './openc2.ts';
import { OWN_ROUTES, type OwnRooms } from './own-routes.ts';

/** Bans of one incident that are looked through for one that is to be taken back. */
const BANS_MAX = 200;

interface Ordered {
  readonly at: CommandAt;
  readonly content: string;
  readonly how: 'call' | 'rehearse';
}

/** OpenC2 to this Holdfast: `deny` is a ban, with its guards and approvals, and `allow` its undo. */
export async function filterPackets(rooms: OwnRooms, { at, content, how }: Ordered): Promise<CommandAnswer> {
  const filled = substitute(content, at.values, 'json');
  if (filled.kind === 'fault') return failed(filled.detail);
  const order = orderOf(parseJson(filled.text));
  switch (order.kind) {
    case 'fault':
      return failed(order.detail);
    case 'query':
      return { kind: 'done', detail: `OpenC2 ${FEATURES.versions}`, values: valuesOf(FEATURES, at.outArgs) };
    case 'allow':
      return allow(rooms, { at, prefix: order.prefix, how });
    case 'deny':
      break;
  }
  const route = OWN_ROUTES[0];
  if (route === undefined) throw new Error('assertion: asking for an action is the first of our addresses');
  const body = { action: 'ban-source', parameters: { prefix: order.prefix, forSeconds: order.forSeconds } };
  const call = { at, words: [], query: new URLSearchParams(), body };
  return how === 'call' ? route.call(rooms, call) : (route.rehearse ?? route.call)(rooms, call);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Allowed {
  readonly at: CommandAt;
  readonly prefix: string;
  readonly how: Ordered['how'];
}

/** Only what was done for the same incident is taken back; what is taken back already stays so, so that it may be asked twice. */
async function allow(rooms: OwnRooms, { at, prefix, how }: Allowed): Promise<CommandAnswer> {
  const actions = rooms.actions();
  if (actions === undefined) return failed('nothing here takes back what was done');
  const wanted = canonical(prefix);
  if (wanted === null) return failed(`${prefix} is no address and no network`);
  const whose = at.incident === null ? { run: at.run } : { incident: at.incident };
  const { items } = await actions.list({ state: 'all', action: 'ban-source', limit: BANS_MAX, ...whose });
  const bans = items.filter(({ parameters }) => canonical(prefixOf(parameters)) === wanted);
  if (bans.length === 0) return failed(`nothing of this incident denies ${prefix}: a playbook allows again what it denied`);
  const open = bans.filter(({ state }) => state === 'effective' || state === 'done' || state === 'waiting');
  if (how === 'rehearse') return { kind: 'done', detail: `would allow ${prefix} again` };
  for (const ban of open) {
    const stands = await takeBack(actions, ban, at.reason);
    if (stands !== null) return failed(stands);
  }
  return { kind: 'done', detail: `${prefix} is not denied any more` };
}

/** Null = it is gone; else why it stands. */
async function takeBack(
  actions: NonNullable<ReturnType<OwnRooms['actions']>>,
  { id, state }: ActionView,
  reason: string,
): Promise<string | null> {
  try {
    const by = { actor: BY_PLAYBOOKS };
    const after = state === 'waiting' ? await actions.refuse(id, reason, by) : await actions.undo(id, reason, by);
    return after.state === 'undone' || after.state === 'refused' ? null : `the ban stands: ${after.outcome ?? after.state}`;
  } catch (error) {
    if (!isRefusal(error, 'conflict')) throw error;
    // Its time may have come while it was looked at.
    const now = await actions.show(id);
    return now.state === 'effective' ? `the ban stands: ${error.errors[0]?.detail ?? error.message}` : null;
  }
}

function canonical(text: string): string | null {
  const prefix = parsePrefix(text);
  return prefix === null ? null : formatPrefix(prefix);
}

const prefixOf = (parameters: unknown): string =>
  typeof parameters === 'object' && parameters !== null && 'prefix' in parameters ? String(parameters.prefix) : '';
