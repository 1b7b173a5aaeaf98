import type { EventRecord } from '@holdfast/contract';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { requestEvent } from '../test-rules.ts';
import { ownRulesFolder } from './own-files.ts';

/** One event, or several alike: `{n}` in a text is their number. */
interface CaseEvent {
  /** `GET /path?query 200`. */
  readonly request?: string;
  readonly type?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly address?: string;
  readonly agent?: string;
  readonly outcome?: EventRecord['outcome'];
  readonly application?: string;
  /** `kind:ref`. */
  readonly actor?: string;
  readonly times?: number;
  /** Seconds from one to the next. */
  readonly every?: number;
}

export interface OwnCase {
  readonly rule: string;
  readonly file: string;
  /** In their order: the rule fires. */
  readonly positive: readonly CaseEvent[];
  /** The rule does not fire. */
  readonly negative: readonly CaseEvent[];
}

export function readOwnCases(): readonly OwnCase[] {
  // Our own file, held to its shape by the test that uses it.
  return JSON.parse(readFileSync(path.join(ownRulesFolder(), 'cases.json'), 'utf8')) as OwnCase[];
}

const START_MS = 1_790_000_000_000;

/** The events of one side of a case, one after the other. */
export function eventsOf(events: readonly CaseEvent[]): readonly EventRecord[] {
  let timeMs = START_MS;
  return events.flatMap((event) =>
    Array.from({ length: event.times ?? 1 }, (_, index) => {
      timeMs += (event.every ?? 1) * 1000;
      // A copy of JSON is JSON.
      const one = JSON.parse(JSON.stringify(event).replaceAll('{n}', String(index))) as CaseEvent;
      return { ...(one.request === undefined ? recordOf(one) : requestOf(one, one.request)), time: timeMs };
    }),
  );
}

function requestOf(
  { address = '198.51.100.7', agent, outcome = 'allowed', application = 'shop' }: CaseEvent,
  request: string,
): EventRecord {
  const [method = '', target = '', status = ''] = request.split(' ');
  const [stem = '', query = ''] = target.split('?', 2);
  const event = requestEvent({ path: stem, query, outcome, application });
  const given = { address, method, status: Number(status), ...(agent === undefined ? {} : { userAgent: agent }) };
  return { ...event, payload: { ...event.payload, ...given } };
}

function recordOf({
  type = '',
  payload = {},
  outcome = 'ok',
  application = 'shop',
  actor = 'system:test',
}: CaseEvent): EventRecord {
  const [kind = '', ref = ''] = actor.split(':', 2);
  const by = { kind, ref } as EventRecord['actor'];
  return {
    ...requestEvent(),
    type,
    outcome,
    application,
    actor: by,
    requestId: null,
    payload: payload as EventRecord['payload'],
  };
}
