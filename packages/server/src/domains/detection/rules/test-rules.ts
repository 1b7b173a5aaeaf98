import type { EventRecord, RuleImport } from '@holdfast/contract';
import { silentLog } from '../../../platform/log.ts';
import type { TestPlatform } from '../../../platform/test-platform.ts';
import type { Actor } from '../../applications/index.ts';
import type { BehaviourDefinition } from '../behaviours/behaviour.ts';
import type { BehaviourSetting, BulkRoute, Hits, RuleText } from '../watch/watch.ts';
import type { StoredEvents } from './backtest/stored-events.ts';
import { createRules } from './create-rules.ts';
import type { Rules } from './rules.ts';
import type { OwnText } from './own/seed-own.ts';

export const actor: Actor = { kind: 'operator', ref: 'host:0' };

/** A watch that remembers what it was given. */
export interface NotedWatch {
  readonly given: (readonly RuleText[])[];
  readonly settings: (readonly BehaviourSetting[])[];
  readonly bulk: (readonly BulkRoute[])[];
  readonly hit: (hits: readonly Hits[]) => void;
}

export interface RulesStand extends NotedWatch {
  readonly rules: Rules;
}

interface Options {
  readonly own?: readonly OwnText[];
  readonly events?: readonly EventRecord[];
  readonly definitions?: readonly BehaviourDefinition[];
}

const PAGE = 3;

/** The newest first, a few at a time. */
export function stored(events: readonly EventRecord[]): StoredEvents {
  return {
    hasAllRequests: false,
    ofRequest: async (requestId) => events.filter((event) => event.requestId === requestId),
    async page({ sinceMs, untilMs, types, cursor }) {
      const found = events
        .filter(({ time, type }) => time >= sinceMs && time <= untilMs && (types.length === 0 || types.includes(type)))
        .toSorted((left, right) => right.time - left.time);
      const from = Number(cursor ?? 0);
      const next = from + PAGE < found.length ? String(from + PAGE) : null;
      return { events: found.slice(from, from + PAGE), next, searchedTo: null };
    },
  };
}

export function openRules(platform: TestPlatform, { own = [], events = [], definitions = [] }: Options = {}): RulesStand {
  const given: (readonly RuleText[])[] = [];
  const settings: (readonly BehaviourSetting[])[] = [];
  const bulk: (readonly BulkRoute[])[] = [];
  let hit: (hits: readonly Hits[]) => void = () => {};
  const rules = createRules({
    ...platform,
    log: silentLog,
    definitions,
    own: async () => own,
    events: stored(events),
    watch: {
      async setRules(texts) {
        given.push(texts);
        return { digest: '', rules: texts.length, tookMs: 0, diagnostics: [] };
      },
      setBehaviours(given_, bulk_) {
        settings.push(given_);
        bulk.push(bulk_);
      },
      behaviours: async () => [],
      onHits: (listener) => {
        hit = listener;
      },
    },
  });
  return { rules, given, settings, bulk, hit: (hits) => hit(hits) };
}

/** A rule for requests that asks for one word in the address. */
export function ruleText(id: string, { word = 'probe', title = `Rule ${id}`, more = '' } = {}): string {
  return `title: ${title}
id: ${id}
status: stable
description: Says what it is for.
level: high
tags: [attack.t1190]
falsepositives: [a test]
references: ['https://example.com/why']
${more}logsource:
  category: webserver
detection:
  asked:
    cs-uri-query|contains: ${word}
  condition: asked
`;
}

export const asFiles = (...texts: readonly string[]): RuleImport['files'] =>
  texts.map((text, index) => ({ name: `rules/${index}.yml`, text }));

/** A request as gateways tell it. */
export function requestEvent({
  path = '/',
  query = '',
  ...more
}: { path?: string; query?: string } & Partial<EventRecord> = {}): EventRecord {
  return {
    id: '01JD3V6Q0000000000000000AB',
    type: 'request.completed',
    version: 1,
    time: Date.now(),
    node: 'test',
    tenant: 'default',
    severity: 'info',
    actor: { kind: 'visitor', ref: '' },
    application: 'shop',
    target: null,
    outcome: 'allowed',
    reason: null,
    requestId: '7Q2KXW3M9ABC',
    trace: null,
    subject: '198.51.100.7',
    payload: {
      address: '198.51.100.7',
      userAgent: 'Mozilla/5.0',
      method: 'GET',
      host: 'shop.example',
      path,
      query,
      protocol: 'http/1.1',
      status: 200,
      problem: null,
      mode: 'enforce',
      requestBytes: 0,
      responseBytes: 10,
      durationUs: 900,
      upstreamUs: 500,
      score: 0,
      findings: [],
      steps: [],
      snapshot: 1,
      masked: null,
      access: null,
    },
    ...more,
  };
}
