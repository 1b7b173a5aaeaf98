import type { IncidentDetail, IncidentReport, Page, RunView } from '@holdfast/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import type { ApiClient } from '../../connection/client.ts';
import { EXIT } from '../../exit-codes.ts';
import { Interrupted } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

const LOOK_MS = 500;

export const drillIncident: Verb = {
  name: 'incident',
  summary: 'go through an incident on paper: nothing is done, and it ends with a report; exit 1 when its playbook failed',
  about:
    'Opens an incident that is marked as a drill. Its playbook says step by step what it would do, legal clocks start, notices are drafted, and it is closed. It counts in no figure, and channels hear of it only with --tell.',
  options: [
    { flags: '--playbook <id>', help: 'this one (default: the one that ran the longest ago)' },
    { flags: '--tell', help: 'channels are told, marked as a drill' },
    { flags: '--reason <text>', help: 'why; it is recorded' },
    { flags: '--no-wait', help: 'answer when it began' },
  ],
  examples: ['holdfast drill incident', 'holdfast drill incident --tell --reason "spring exercise"'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const body = { playbook: input.text('playbook'), tell: input.isSet('tell'), reason: input.text('reason') ?? 'started by hand' };
  const call = { method: 'POST', path: '/api/v1/drills/incidents', body } as const;
  if (context.flags.dryRun) return planned(call);
  // Without a server nobody would go on with it.
  await using api = await context.api({ onlineOnly: true });
  let incident = await api.call<IncidentDetail>(call);
  const path = `/api/v1/incidents/${incident.id}`;
  while (incident.phase !== 'closed' && !input.isOff('wait')) {
    if (context.signal.aborted) throw new Interrupted();
    await sleep(LOOK_MS);
    incident = await api.call<IncidentDetail>({ method: 'GET', path });
  }
  if (incident.phase !== 'closed')
    return { data: { incident }, text: `incident ${incident.number} is open\nnext: holdfast incident show ${incident.number}\n` };
  return outcomeOf(api, incident);
}

async function outcomeOf(api: ApiClient, incident: IncidentDetail): Promise<Outcome> {
  const { id, number } = incident;
  const { items } = await api.call<Page<RunView>>({ method: 'GET', path: `/api/v1/runs?incident=${id}` });
  const report = await api.call<IncidentReport>({ method: 'POST', path: `/api/v1/incidents/${id}/report` });
  const isWhole = items[0]?.state === 'completed';
  const next = `next: holdfast playbook runs ${items[0]?.id ?? ''}, holdfast incident timeline ${number}\n`;
  return {
    data: { incident, run: items[0] ?? null, report },
    exit: isWhole ? EXIT.ok : EXIT.findings,
    text: `${report.markdown}\n${next}`,
  };
}
