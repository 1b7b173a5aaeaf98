import type { ToldAlert } from './message.ts';

/** What a channel is told when somebody wants to know whether it works. */
export function trialAlert(id: string, now: number): ToldAlert {
  const entity = { kind: 'application', value: 'holdfast' } as const;
  return {
    id,
    state: 'new',
    verdict: null,
    kind: 'health',
    detector: 'channel-test',
    title: 'This is a test of this channel',
    severity: 'info',
    application: null,
    entity,
    entities: [entity],
    reason: 'Somebody asked whether alerts arrive here. Nothing happened, and nothing has to be done.',
    times: 1,
    firstAt: now,
    lastAt: now,
    createdAt: now,
    group: id,
    risk: 0,
    assignee: null,
    answered: [],
    revision: 1,
    figures: {},
    attacks: [],
    evidence: [],
    events: 0,
    index: null,
  };
}
