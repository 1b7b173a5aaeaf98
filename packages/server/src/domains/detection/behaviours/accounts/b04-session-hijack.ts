import type { Detection } from '@holdfast/contract';
import { textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, lasted } from '../finding.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { isAlike, readTrail, remember, sightingOf, useOf, WINDOW_MS, type Sighting, type Trail } from './session-use.ts';
import { scoreOf, signsOf, type Signs } from './session-signs.ts';
import { remembering } from './table-behaviour.ts';

const ATTACKS = ['t1539', 't1550.004'];
const REPEAT_MS = 15 * 60_000;
/** Below this there are no two signs of full weight. */
const SCORE_MIN = 50;

export const sessionHijack: BehaviourDefinition = {
  id: 'B4',
  title: 'Session used by two parties',
  summary:
    'One session is used from two networks with other countries, TLS or browsers within minutes, or in turn from both. One sign alone, as when a phone leaves the wifi, is none.',
  severity: 'high',
  types: ['request.completed', 'identity.session-ended'],
  learningDays: 0,
  thresholds: [
    {
      name: 'score',
      fallback: SCORE_MIN,
      unit: 'points',
      min: 30,
      max: 100,
      detail: 'from which it is told and a step-up is asked for',
    },
    { name: 'end', fallback: 80, unit: 'points', min: 50, max: 200, detail: 'from which the session is ended' },
  ],
  create: (settings) =>
    remembering({ make: (): Trail => ({ uses: [], told: 0, toldAt: 0 }), read: readTrail }, (seen, memories) =>
      judge(seen, memories, settings),
    ),
};

function judge(seen: WatchedEvent, memories: KeyedTable<Trail>, settings: BehaviourSettings): readonly Detection[] {
  const { event } = seen;
  const session = textOf(event.payload, 'session');
  if (session === null) return [];
  const key = `${event.application ?? ''} ${session}`;
  if (event.type === 'identity.session-ended') {
    memories.delete(key);
    return [];
  }
  const use = sightingOf(seen);
  if (use === null || settings.isExempt(use.address)) return [];
  memories.sweep(({ uses, toldAt }) => (uses.at(-1)?.time ?? 0) < use.time - WINDOW_MS && toldAt < use.time - REPEAT_MS);
  const trail = memories.touch(key);
  const [only, ...others] = trail.uses;
  // Nearly every request is one more of the same.
  if (only !== undefined && others.length === 0 && isAlike(only, use)) {
    only.time = Math.max(only.time, use.time);
    return [];
  }
  const signs = signsOf(use, trail.uses);
  remember(trail, useOf(use, event));
  const score = scoreOf(signs);
  if (signs.names.length < 2 || score < settings.value('score') || !isNews(trail, score, { use, settings })) return [];
  trail.told = score;
  trail.toldAt = use.time;
  return [tell({ seen, session, trail, signs, score }, score >= settings.value('end'))];
}

/** Told again when it got so bad that the session is to be ended, or after a while. */
function isNews(
  { told, toldAt }: Trail,
  score: number,
  { use, settings }: { use: Sighting; settings: BehaviourSettings },
): boolean {
  if (use.time - toldAt >= REPEAT_MS) return true;
  const end = settings.value('end');
  return told < end && score >= end;
}

interface Found {
  readonly seen: WatchedEvent;
  readonly session: string;
  readonly trail: Trail;
  readonly signs: Signs;
  readonly score: number;
}

function tell({ seen: { event }, session, trail, signs, score }: Found, isCertain: boolean): Detection {
  const { uses } = trail;
  const account = textOf(event.payload, 'account');
  const carriers = [...new Set(uses.map(({ carrier }) => carrier))];
  const countries = [...new Set(uses.flatMap(({ country }) => country ?? []))];
  const entity = { kind: 'session' as const, value: session };
  const user = account === null ? null : { kind: 'user' as const, value: account };
  const apartMs = event.time - (uses[0]?.time ?? event.time);
  return detectionOf(sessionHijack, {
    time: event.time,
    application: event.application,
    entities: [
      entity,
      ...(user === null ? [] : [user]),
      ...uses.toReversed().map(({ address }) => ({ kind: 'address' as const, value: address })),
    ],
    reason: `one session from ${counted(carriers.length, 'network')} (${carriers.slice(-4).join(', ')}${countries.length === 0 ? '' : `; ${countries.slice(-4).join(', ')}`}) within ${lasted(apartMs)}: ${signs.names.join(', ')}; score ${score}`,
    figures: { score, signs: signs.names.length, networks: carriers.length, switches: signs.switches },
    attacks: ATTACKS,
    evidence: uses.map(({ evidence }) => evidence),
    events: uses.length,
    answers: [isCertain ? { answer: 'end-session', entity } : { answer: 'step-up', entity: user ?? entity }],
    severity: isCertain ? 'critical' : 'high',
  });
}
