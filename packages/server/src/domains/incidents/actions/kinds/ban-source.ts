import type { ActionParameters, BanView } from '@holdfast/contract';
import { administratorsAt, isWide, ownAddresses, toPrefix, whyNeverBanned } from '../../../detection/index.ts';
import { decideBan } from '../../../protection/index.ts';
import { formatPrefix } from '../../../../platform/prefix.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionFor, ActionKind, Applied, Planned, StateOf } from '../action-kind.ts';
import { impactOn } from './impact.ts';

/** Longer than this, one person has to agree. */
const SECONDS_ALONE = 3600;
const REASON_CHARS_MAX = 500;

type Parts = Pick<ResponseParts, 'protection' | 'sessions' | 'clock' | 'log' | 'trustedHops'>;
type Parameters = ActionParameters<'ban-source'>;

/** An address of IPv6 stands for the network that is its owner's: the others in it are as good. */
const prefixOf = ({ prefix }: Parameters): string => {
  const parsed = toPrefix(prefix);
  return parsed === null ? prefix : formatPrefix(parsed);
};

/** What makes a ban ours, whoever looks at it later. */
const mark = (id: string): string => `action ${id}:`;
const MARK = /^action [0-9A-HJKMNP-TV-Z]{26}:/u;

export function createBanSource(parts: Parts, rooms: Pick<ResponseRooms, 'traffic'>): ActionKind<'ban-source'> {
  const { protection, clock } = parts;
  const held = async (prefix: string): Promise<readonly BanView[]> =>
    (await protection.listBans({ address: prefix, limit: 200 })).items;
  const exact = async (prefix: string): Promise<BanView | undefined> => (await held(prefix)).find((ban) => ban.prefix === prefix);
  return {
    name: 'ban-source',
    permission: 'ban:write',
    read: async (parameters) => stateOf(await exact(prefixOf(parameters))),
    async plan(parameters, now) {
      const prefix = prefixOf(parameters);
      const until = parameters.forSeconds === null ? null : now + parameters.forSeconds * 1000;
      const isEffective = coveredBy(await held(prefix), until) !== null;
      const refused = await whyNot(parts, prefix);
      return {
        ...planned(parameters, prefix),
        impact: impactOn(rooms, { kind: 'prefix', prefix }),
        refused,
        isEffective,
        expiresAt: until,
      };
    },
    async apply(parameters, as) {
      const prefix = prefixOf(parameters);
      const bans = await held(prefix);
      if (bans.some((ban) => ban.prefix === prefix && ban.reason.startsWith(mark(as.id)))) return banned(prefix, as);
      const { forSeconds } = parameters;
      const other = coveredBy(bans, forSeconds === null ? null : clock.now() + forSeconds * 1000);
      if (other !== null) return { state: 'done', detail: `banned already: ${other.prefix}`, undo: null };
      const reason = `${mark(as.id)} ${as.reason}`.slice(0, REASON_CHARS_MAX);
      await protection.addBan({ prefix, reason, forSeconds }, as.actor);
      await pushed(parts, as);
      return banned(prefix, as);
    },
    async undo(parameters, _undo, as) {
      const prefix = prefixOf(parameters);
      const ban = await exact(prefix);
      if (!ban?.reason.startsWith(mark(as.id))) return 'it was not banned by this any more';
      await putBack(parts, { prefix, before: as.before, as });
      await pushed(parts, as);
      return `${prefix} is not banned by this any more`;
    },
  };
}

const banned = (prefix: string, { before }: ActionFor): Applied => ({
  state: 'effective',
  detail: `${prefix} is banned`,
  undo: before,
});

/** The end of a ban of ours is that of its action, and like its reason not the same when it is done again. */
function stateOf(ban: BanView | undefined): StateOf {
  if (ban === undefined) return { ban: null };
  const [ours] = MARK.exec(ban.reason) ?? [];
  return { ban: ours === undefined ? { reason: ban.reason, until: ban.expiresAt } : { reason: ours, until: 'action' } };
}

/** A ban of somebody that holds at least as long, here or around it. */
const coveredBy = (bans: readonly BanView[], until: number | null): BanView | null =>
  bans.find(({ expiresAt }) => expiresAt === null || (until !== null && expiresAt >= until)) ?? null;

async function whyNot({ protection, sessions, trustedHops }: Parts, prefix: string): Promise<string | null> {
  const parsed = toPrefix(prefix);
  const decision = decideBan(prefix, await protection.readAllowList());
  if (parsed === null || decision.kind === 'malformed') return 'this is no address';
  if (decision.kind === 'unsafe') return decision.why;
  const administrators = await administratorsAt(sessions);
  return whyNeverBanned(parsed, { isForwarded: trustedHops > 0, own: ownAddresses(), administrators });
}

function planned({ forSeconds }: Parameters, prefix: string): Pick<Planned, 'summary' | 'approvals' | 'why' | 'undo'> {
  const parsed = toPrefix(prefix);
  const why = [
    ...(parsed !== null && isWide(parsed) ? ['it is wider than one network: /24, or /56 of IPv6'] : []),
    ...(forSeconds === null || forSeconds > SECONDS_ALONE ? ['it lasts longer than an hour'] : []),
  ];
  const time = forSeconds === null ? 'until it is undone' : `for ${forSeconds} seconds`;
  return { summary: `bans ${prefix} ${time}`, approvals: why.length > 0 ? 1 : 0, why, undo: 'the ban is taken away' };
}

/** A shorter ban that somebody had made is there again for the rest of its time. */
async function putBack(
  { protection, clock }: Parts,
  { prefix, before, as }: { readonly prefix: string; readonly before: StateOf; readonly as: ActionFor },
) {
  // Written by `stateOf`.
  const { ban } = before as { ban: { reason: string; until: number | 'action' | null } | null };
  const left = typeof ban?.until === 'number' ? Math.floor((ban.until - clock.now()) / 1000) : 0;
  if (ban === null || left < 1) return protection.removeBan(prefix, as.actor);
  await protection.addBan({ prefix, reason: ban.reason, forSeconds: left }, as.actor);
}

/** In force at the gateways when this resolves; where that fails the change waits there already. */
async function pushed({ protection, log }: Parts, { id, actor }: ActionFor): Promise<void> {
  await protection.snapshots.refresh('action.ban-source', actor).catch((error: unknown) => {
    log.warn({ err: error, action: id }, 'a ban is stored and reaches gateways later');
  });
}
