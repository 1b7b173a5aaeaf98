import type { Detection, EventRecord } from '@holdfast/contract';
import { textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf } from '../finding.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { remembering } from './table-behaviour.ts';
import { addSign, learn, newMemory, readMemory, type TokenMemory, type TokenSign } from './token-memory.ts';
import { tokenUseOf, type TokenUse } from './token-use.ts';

const ATTACKS = ['t1528', 't1550.001'];
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KNOWN_MS = 30 * DAY_MS;
const TWICE = 'vault.wrapping.opened-twice';

export const tokenMisuse: BehaviourDefinition = {
  id: 'B11',
  title: 'A token is used by somebody else',
  summary:
    'What was good for one use was used twice, a token is used after it was revoked, or two things about its use are new within an hour: network and use, or what it is refused for. A token is known after a day and fifty uses. Failures of signatures of webhooks are not seen here.',
  severity: 'high',
  types: ['request.completed', 'token.revoked', 'token.refused', 'secret.read', 'secret.refused', 'lease.issued', TWICE],
  learningDays: 0,
  thresholds: [
    { name: 'minutes', fallback: 60, unit: 'minutes', min: 5, max: 1440, detail: 'within which two signs belong together' },
    {
      name: 'grace',
      fallback: 30,
      unit: 'seconds',
      min: 0,
      max: 3600,
      detail: 'in which a program may still use a revoked token',
    },
    { name: 'uses', fallback: 50, unit: 'uses', min: 1, max: 10_000, detail: 'after which it is known what a token does' },
  ],
  create: (settings) => remembering({ make: newMemory, read: readMemory }, (seen, memories) => judge(seen, memories, settings)),
};

function judge(seen: WatchedEvent, memories: KeyedTable<TokenMemory>, settings: BehaviourSettings): readonly Detection[] {
  const { event } = seen;
  if (event.type === TWICE) return [usedTwice(event)];
  if (event.type === 'token.revoked') {
    memories.touch(textOf(event.payload, 'token') ?? '').revokedAt = event.time;
    return [];
  }
  const use = tokenUseOf(seen);
  if (use === null || (use.address !== null && settings.isExempt(use.address))) return [];
  const memory = memories.touch(use.token);
  const { signs, isKnown } = signsOf(use, memory, { time: event.time, uses: settings.value('uses') });
  for (const name of signs)
    addSign(memory, { time: event.time, name, evidence: evidenceOf(event, use.summary) }, settings.value('minutes') * MINUTE_MS);
  const isReuse = use.refusal === 'revoked' && isAfterGrace(memory, event.time, settings);
  if (!isReuse && (signs.length === 0 || memory.signs.length < 2 || !isKnown)) return [];
  if (event.time - memory.toldAt < DAY_MS) return [];
  memory.toldAt = event.time;
  return [isReuse ? usedAfterEnd(event, use, memory) : usedOtherwise(event, use, memory)];
}

interface Now {
  readonly time: number;
  /** From how many on it is known what a token does. */
  readonly uses: number;
}

/** What is refused teaches nothing, and says something by itself. */
function signsOf(use: TokenUse, memory: TokenMemory, { time, uses }: Now): { signs: TokenSign[]; isKnown: boolean } {
  const isKnown = memory.uses >= uses && time - memory.firstAt >= DAY_MS;
  const at = { time, keepMs: KNOWN_MS };
  const isNewCarrier = isKnown && use.carrier !== null && isNew(memory.carriers, use.carrier, at);
  const network: TokenSign[] = isNewCarrier ? ['a new network'] : [];
  if (use.refusal !== null) return { signs: [...network, ...refusedFor(use.refusal)], isKnown };
  const isNewScope = learnUse(use, memory, at) && isKnown;
  return { signs: isNewScope ? [...network, 'a new use'] : network, isKnown };
}

const REFUSED_FOR: Readonly<Record<NonNullable<TokenUse['refusal']>, TokenSign | null>> = {
  address: 'a place it is not good from',
  permission: 'a right it does not have',
  expired: 'its end',
  disabled: 'its end',
  revoked: null,
};

function refusedFor(refusal: NonNullable<TokenUse['refusal']>): TokenSign[] {
  const sign = REFUSED_FOR[refusal];
  return sign === null ? [] : [sign];
}

/** True = it is used for something new. */
function learnUse({ carrier, scope }: TokenUse, memory: TokenMemory, at: { time: number; keepMs: number }): boolean {
  if (memory.uses === 0) memory.firstAt = at.time;
  memory.uses += 1;
  if (carrier !== null) learn(memory.carriers, carrier, at);
  return scope !== null && learn(memory.scopes, scope, at);
}

const isNew = (known: readonly [string, number][], term: string, { time, keepMs }: { time: number; keepMs: number }): boolean =>
  !known.some(([held, seenAt]) => held === term && seenAt >= time - keepMs);

function isAfterGrace(memory: TokenMemory, time: number, settings: BehaviourSettings): boolean {
  memory.refusedAt ??= time;
  return time - (memory.revokedAt ?? memory.refusedAt) > settings.value('grace') * SECOND_MS;
}

function entitiesOf({ token, address }: TokenUse): Detection['entities'] {
  return [{ kind: 'key', value: token }, ...(address === null ? [] : [{ kind: 'address' as const, value: address }])];
}

function usedTwice(event: EventRecord): Detection {
  const accessor = textOf(event.payload, 'accessor') ?? event.id;
  const path = textOf(event.payload, 'path') ?? '';
  return detectionOf(tokenMisuse, {
    time: event.time,
    application: event.application,
    entities: [{ kind: 'key', value: accessor }],
    reason: `what was put away for one use was opened 2 times: ${path}`,
    figures: { uses: 2 },
    attacks: ATTACKS,
    evidence: [evidenceOf(event, `opened twice: ${path}`)],
    events: 1,
  });
}

function usedAfterEnd(event: EventRecord, use: TokenUse, { revokedAt }: TokenMemory): Detection {
  const minutes = revokedAt === null ? null : Math.round((event.time - revokedAt) / MINUTE_MS);
  return detectionOf(tokenMisuse, {
    time: event.time,
    application: event.application,
    entities: entitiesOf(use),
    reason: `a revoked token is still used${minutes === null ? '' : `, ${minutes} minutes after it was revoked`}: ${use.summary}`,
    figures: { minutes: minutes ?? 'unknown' },
    attacks: ATTACKS,
    evidence: [evidenceOf(event, use.summary)],
    events: 1,
    // More often a forgotten program than a thief; both are to be found.
    severity: 'medium',
  });
}

function usedOtherwise(event: EventRecord, use: TokenUse, { signs }: TokenMemory): Detection {
  const names = signs.map(({ name }) => name);
  return detectionOf(tokenMisuse, {
    time: event.time,
    application: event.application,
    entities: entitiesOf(use),
    reason: `${names.length} signs about one token: ${names.join(', ')}; last ${use.summary}${use.carrier === null ? '' : ` (${use.carrier})`}`,
    figures: { signs: names.length },
    attacks: ATTACKS,
    evidence: signs.map(({ evidence }) => evidence),
    events: signs.length,
  });
}
