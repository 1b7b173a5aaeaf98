import { evidenceSchema, type Detection, type Evidence } from '@holdfast/contract';
import { z } from 'zod';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, evidenceOf, lasted } from '../finding.ts';
import { EventWindow } from '../state/event-window.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { REPEAT_MS } from './repeat.ts';
import { textOf } from '../payload-text.ts';

const ATTACKS = ['t1621'];
const MINUTE_MS = 60_000;
const ENTRIES_MAX = 100;
/** Steps that ask for the second factor. */
const FACTORS: ReadonlySet<unknown> = new Set(['totp', 'passkey', 'recovery']);
/** Causes that mean: somebody answered, and it was no approval. `reused` is the same code sent twice: a tap more. */
const REFUSALS: ReadonlySet<unknown> = new Set(['wrong', 'denied', 'locked']);
/** Where applications ask for their own second factor; asking for another code is no answer. */
const FACTOR_ROUTE = /(?:^|[/_.-])(?:otp|totp|mfa|2fa|two-?factor|second-factor|one-time-code|push-approval)(?:$|[/_.-])/iu;
const RESEND_ROUTE = /resend|send-again|new-code/iu;

/**
 * Somebody has the password and asks for the second factor until it is given. A prompt counts when it was answered and not
 * approved. What is not seen: prompts that nobody answered, because a sign-in that stops there leaves no event, and push
 * approvals outside of Holdfast. Codes sent again are not counted.
 */
export const mfaFatigue: BehaviourDefinition = {
  id: 'B9',
  title: 'Second factor asked for again and again',
  summary:
    'The second factor of one account was asked for and not given many times, or it was given after several refusals, from a device that is not known. Where an application asks for it, its refusals on such routes count.',
  severity: 'high',
  types: ['identity.sign-in-refused', 'identity.signed-in', 'request.completed'],
  learningDays: 0,
  thresholds: [
    { name: 'prompts', fallback: 5, unit: 'prompts', min: 3, max: 50, detail: 'that were not approved' },
    { name: 'refusals', fallback: 3, unit: 'prompts', min: 2, max: 50, detail: 'refused before one that was approved' },
    { name: 'minutes', fallback: 10, unit: 'minutes', min: 1, max: 60, detail: 'within which they are counted' },
  ],
  create: (settings) => new MfaFatigue(settings),
};

interface Answer {
  readonly time: number;
  readonly key: string;
  readonly application: string | null;
  readonly address: string;
  readonly isApproved: boolean;
  readonly evidence: Evidence;
}

const answerSchema = z.object({ time: z.number(), address: z.string().max(64), evidence: evidenceSchema });
type Refused = z.infer<typeof answerSchema>;

class Prompted {
  readonly window: EventWindow<Refused>;
  firedAt = 0;
  constructor(widthMs: number) {
    this.window = new EventWindow({ widthMs, entriesMax: ENTRIES_MAX });
  }
}

class MfaFatigue implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #widthMs: number;
  readonly #accounts: KeyedTable<Prompted>;

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
    this.#widthMs = settings.value('minutes') * MINUTE_MS;
    this.#accounts = new KeyedTable({ make: () => new Prompted(this.#widthMs) });
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const answer = answerOf(seen);
    if (answer === null || this.#settings.isExempt(answer.address)) return [];
    const { key, time } = answer;
    this.#accounts.sweep(({ window }) => window.newest < time - this.#widthMs - REPEAT_MS);
    if (answer.isApproved) return this.#approved(answer);
    const prompted = this.#accounts.touch(key);
    const { address, evidence } = answer;
    prompted.window.add({ time, address, evidence });
    const count = prompted.window.entries.length;
    if (count < this.#settings.value('prompts') || prompted.firedAt > time - REPEAT_MS) return [];
    prompted.firedAt = time;
    return [this.#tell(answer, prompted, `${counted(count, 'prompt')} not approved`)];
  }

  #approved(answer: Answer): Detection[] {
    const prompted = this.#accounts.peek(answer.key);
    if (prompted === undefined) return [];
    prompted.window.advance(answer.time);
    const count = prompted.window.entries.length;
    const { address, evidence, time } = answer;
    if (count < this.#settings.value('refusals')) return [];
    prompted.window.add({ time, address, evidence });
    const found = this.#tell(answer, prompted, `approved after ${counted(count, 'refusal')}`);
    this.#accounts.delete(answer.key);
    return [found];
  }

  #tell(answer: Answer, { window }: Prompted, what: string): Detection {
    const { key, time, application, isApproved } = answer;
    const sources = [...new Set(window.entries.map(({ address }) => address))];
    const user = { kind: 'user' as const, value: key };
    return detectionOf(mfaFatigue, {
      time,
      application,
      entities: [user, ...sources.map((value) => ({ kind: 'address' as const, value }))],
      reason: `${what}, 1 account, ${counted(sources.length, 'source')}, in ${lasted(time - window.oldest)}`,
      figures: { prompts: window.entries.length - Number(isApproved), approved: isApproved ? 1 : 0, sources: sources.length },
      attacks: ATTACKS,
      evidence: window.entries.map(({ evidence }) => evidence),
      events: window.entries.length,
      answers: [{ answer: 'step-up', entity: user }],
      // Whoever was let in after that may be the wrong one.
      ...(isApproved ? { severity: 'critical' as const } : {}),
    });
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#accounts.size;
  }

  get evicted(): number {
    return this.#accounts.evicted;
  }

  save(): unknown {
    return this.#accounts.save(({ window, firedAt }) => ({ firedAt, entries: window.entries }));
  }

  load(state: unknown): number {
    return this.#accounts.load(state, (packed) => {
      const { success, data } = saved.safeParse(packed);
      if (!success) return null;
      const prompted = new Prompted(this.#widthMs);
      prompted.firedAt = data.firedAt;
      for (const entry of data.entries) prompted.window.add(entry);
      return prompted;
    });
  }
}

const saved = z.object({ firedAt: z.number(), entries: z.array(answerSchema).max(ENTRIES_MAX + 1) });

/** Null for what is no answer to a prompt. A device that signed in to the account before is its owner with a wrong clock. */
function answerOf({ event }: WatchedEvent): Answer | null {
  const { payload, time, type } = event;
  if (type === 'request.completed') return answerOfRequest(event);
  const key = textOf(payload['person']);
  const isApproved = type === 'identity.signed-in';
  const isAnswer = isApproved ? payload['acr'] === 'aal2' : FACTORS.has(payload['step']) && REFUSALS.has(payload['cause']);
  if (key === '' || !isAnswer || payload['known'] === true) return null;
  const summary = isApproved ? 'second factor approved' : `second factor refused: ${textOf(payload['cause'])}`;
  return { time, key, application: null, address: textOf(payload['address']), isApproved, evidence: evidenceOf(event, summary) };
}

function answerOfRequest(event: WatchedEvent['event']): Answer | null {
  const { payload, time, application } = event;
  const path = textOf(payload['route']) || textOf(payload['path']);
  const { method, status } = payload;
  if (method !== 'POST' || typeof status !== 'number' || !FACTOR_ROUTE.test(path) || RESEND_ROUTE.test(path)) return null;
  const key = textOf(payload['account']) || textOf(payload['session']);
  // 5xx is the application's trouble, and what Holdfast refused by itself never was an answer.
  if (key === '' || status >= 500 || payload['problem'] !== null) return null;
  const evidence = evidenceOf(event, `POST ${path} ${status}`);
  return { time, key, application, address: textOf(payload['address']), isApproved: status < 400, evidence };
}
