import type { AlertView, IncidentReport } from '@holdfast/contract';
import { changedEvent, changing, writeEntry, type CaseParts } from '../case-parts.ts';
import { mustLock } from '../case-store.ts';
import type { IncidentBy, TimelineSource } from '../cases.ts';
import { showCase } from '../reading.ts';
import { sha256Of } from '../tasks.ts';
import { readTimeline } from '../timeline.ts';
import { writeReport } from './write-report.ts';

const ALERTS_MAX = 100;
/** The limit of the contract. */
const CHARS_MAX = 524_288;

export interface ReportOf {
  readonly by: IncidentBy;
  readonly sources: readonly TimelineSource[];
}

/** What it says is as it was before it was made; that it was made is a record with its hash. */
export async function makeReport(parts: CaseParts, id: string, { by, sources }: ReportOf): Promise<IncidentReport> {
  const incident = await showCase(parts, id);
  const timeline = await readTimeline(parts, incident.id, sources);
  const alerts: AlertView[] = [];
  for (const alert of incident.linkedAlerts.slice(0, ALERTS_MAX)) {
    const found = await parts.alerts.show(alert).catch(() => null);
    if (found !== null) alerts.push(found);
  }
  const actions = await parts.actions(incident.id);
  const madeAt = parts.clock.now();
  const ledgerSize = parts.ledgerSize();
  const markdown = fitting(writeReport({ incident, timeline, alerts, actions, madeAt, ledgerSize }));
  await changing(parts, async (change) => {
    const row = await mustLock(change.tx, incident.id, { actor: by.actor });
    const sha256 = sha256Of(markdown);
    const { actor } = by;
    const event = changedEvent(parts, row, { actor, change: 'report-made', part: null, sha256 });
    const words = { title: 'Report made', detail: `SHA-256 ${sha256}` };
    await writeEntry(parts, change, { incident: row.id, lane: 'note', actor, ...words, event });
  });
  return { incident: incident.id, madeAt, markdown, ledgerSize };
}

const CUT = '\n\n(The report was cut here: it is too long.)\n';

const fitting = (markdown: string): string =>
  markdown.length <= CHARS_MAX ? markdown : markdown.slice(0, CHARS_MAX - CUT.length) + CUT;
