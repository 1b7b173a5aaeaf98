import type { Detection, EventRecord } from '@holdfast/contract';
import { textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf } from '../finding.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { described } from './actors.ts';
import { SIGNED_IN_TYPES, signedInOf, type SignedIn } from './signed-in.ts';
import { DAY_MS, forget, isOver, newChain, noteCarrier, POINTS, readChain, scoreOf, type Chain } from './takeover-chain.ts';
import { DEED_TYPES, deedOf } from './takeover-stages.ts';
import { carrierOf } from './whereabouts.ts';

const ATTACKS = ['t1078', 't1098'];
const HOUR_MS = 3_600_000;
/** What an account is suspected for; the last two are about somebody who is in already. */
const FIRST: ReadonlySet<string> = new Set(['B1', 'B2', 'B3', 'B4']);
const IS_IN: ReadonlySet<string> = new Set(['B3', 'B4']);
const COMPLETE = 100;

export const accountTakeover: BehaviourDefinition = {
  id: 'B6',
  title: 'An account is being taken over',
  summary:
    'In this order within a day: the account was attacked or a device from a strange network appeared, somebody came in, the password, a factor, the address or a key was changed, and then something was exported, moved or administered. Without the first step there is no chain: who changes a password on a journey stays silent.',
  severity: 'critical',
  types: [...SIGNED_IN_TYPES, ...DEED_TYPES],
  learningDays: 0,
  thresholds: [
    {
      name: 'score',
      fallback: 80,
      unit: 'points',
      min: 50,
      max: 100,
      detail: 'of a chain that began with an attack; any other has to be complete',
    },
    { name: 'hours', fallback: 24, unit: 'hours', min: 1, max: 72, detail: 'in which all of it happens' },
  ],
  create: (settings) => new AccountTakeover(settings),
};

class AccountTakeover implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #accounts = new KeyedTable<Chain>({ make: newChain });

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const { event } = seen;
    const came = signedInOf(event);
    if (came !== null) return this.#cameIn(seen, came);
    const done = deedOf(event);
    const chain = done === null ? undefined : this.#accounts.peek(done.account);
    if (done === null || chain?.success === null || chain === undefined) return [];
    if (isOver(chain, event.time, this.#widthMs)) {
      forget(chain);
      return [];
    }
    if (this.#isAtHome(chain, seen)) return [];
    const at = { time: event.time, evidence: evidenceOf(event, summaryOf(event)) };
    if (done.deed === 'change') chain.change ??= at;
    else if (chain.change !== null && event.time >= chain.change.time) chain.reach ??= at;
    return this.#judge(done.account, chain, event);
  }

  /** An account that was attacked is suspected from then on, whoever found it. */
  detected(found: Detection): readonly Detection[] {
    if (!FIRST.has(found.detector)) return [];
    const named = [...found.entities, ...found.answers.map(({ entity }) => entity)];
    for (const account of new Set(named.filter(({ kind }) => kind === 'user').map(({ value }) => value))) {
      const chain = this.#accounts.touch(account);
      if (chain.first?.isAttack === true && !isOver(chain, found.time, this.#widthMs)) continue;
      forget(chain);
      const [evidence = null] = found.evidence.slice(-1);
      chain.first = { time: found.time, what: found.title, isAttack: true, evidence };
      // Found out a moment after it had worked: the sign-in that belongs to it has come already.
      const isIn = IS_IN.has(found.detector) || (chain.strangerAt !== null && found.time - chain.strangerAt <= HOUR_MS);
      if (isIn) chain.success = { time: found.time, evidence };
    }
    return [];
  }

  #cameIn({ event, place }: WatchedEvent, { account, address, isKnown }: SignedIn): readonly Detection[] {
    if (this.#settings.isExempt(address)) return [];
    this.#accounts.sweep((chain) => chain.lastAt < event.time - 30 * DAY_MS);
    const chain = this.#accounts.touch(account);
    const carrier = carrierOf(address, place);
    const isStrange = !isKnown && !chain.carriers.some(([held]) => held === carrier);
    const isFirstOfAll = chain.carriers.length === 0;
    chain.lastAt = Math.max(chain.lastAt, event.time);
    if (isOver(chain, event.time, this.#widthMs)) forget(chain);
    const evidence = evidenceOf(event, `signed in from ${address} (${carrier})${isKnown ? '' : ', a new device'}`);
    // Of whom nothing is known yet, every place is a new one.
    if (isStrange && !isFirstOfAll && chain.first === null)
      chain.first = {
        time: event.time,
        what: 'A new device from a network that is new for the account',
        isAttack: false,
        evidence,
      };
    if (!isKnown) chain.strangerAt = event.time;
    if (!isKnown && chain.first !== null) chain.success ??= { time: event.time, evidence };
    else noteCarrier(chain, carrier, event.time);
    return [];
  }

  /** From a network that the account came from before: its owner is there too. Without an address nobody can say. */
  #isAtHome(chain: Chain, { event, place }: WatchedEvent): boolean {
    const address = textOf(event.payload, 'address');
    if (address === null) return false;
    const carrier = carrierOf(address, place);
    return chain.carriers.some(([held]) => held === carrier);
  }

  #judge(account: string, chain: Chain, event: EventRecord): readonly Detection[] {
    const score = scoreOf(chain);
    const enough = chain.first?.isAttack === true ? this.#settings.value('score') : COMPLETE;
    if (score < enough || score <= chain.told) return [];
    chain.told = score;
    return [tell({ account, chain, event, score })];
  }

  get #widthMs(): number {
    return this.#settings.value('hours') * HOUR_MS;
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
    return this.#accounts.save((chain) => chain);
  }

  load(state: unknown): number {
    return this.#accounts.load(state, readChain);
  }
}

const summaryOf = (event: EventRecord): string =>
  event.type === 'request.completed'
    ? `${textOf(event.payload, 'method') ?? ''} ${textOf(event.payload, 'route') ?? ''}`
    : described(event);

interface Judged {
  readonly account: string;
  readonly chain: Chain;
  readonly event: EventRecord;
  readonly score: number;
}

function tell({ account, chain, event, score }: Judged): Detection {
  const { first, success, change, reach } = chain;
  const user = { kind: 'user' as const, value: account };
  const session = textOf(event.payload, 'session');
  const address = textOf(event.payload, 'address');
  const steps = [first, success, change, reach];
  const evidence = steps.flatMap((step) => step?.evidence ?? []);
  const isComplete = score >= COMPLETE;
  const entities = [
    user,
    ...(session === null ? [] : [{ kind: 'session' as const, value: session }]),
    ...(address === null ? [] : [{ kind: 'address' as const, value: address }]),
  ];
  const told = steps.slice(1).flatMap((step) => step?.evidence?.summary ?? []);
  return detectionOf(accountTakeover, {
    time: event.time,
    application: event.application,
    entities,
    reason: `${first?.what ?? ''}; then ${told.join('; then ')}: ${score} of ${COMPLETE} points`,
    figures: { score, steps: steps.filter((step) => step !== null).length, points: Object.values(POINTS).join('/') },
    attacks: ATTACKS,
    evidence,
    events: evidence.length,
    // Ends every session of the account; one alone would leave the others that were opened meanwhile.
    answers: [{ answer: 'step-up', entity: user }],
    severity: isComplete ? 'critical' : 'high',
  });
}
