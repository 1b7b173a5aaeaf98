import { clockEvents } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import type { TextMessage } from '../../detection/index.ts';
import { markDay, markShare, type ClockRow } from './clock-store.ts';
import { BY_CLOCK, writeStep, type ClockParts } from './clock-parts.ts';
import { warningDue, type Warning } from './due.ts';

const MINUTE_MS = 60_000;
/** From here on it is told in quiet hours too. */
const URGENT_SHARE = 90;

/** `1 d 2 h 3 min`; what is less than a minute is none. */
export function spanText(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ];
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.length === 0 ? '0 min' : shown.join(' ');
}

const timeText = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What people are told. The title of the incident stays in it: it can name somebody. */
export function warningText(row: ClockRow, warning: Warning, { now, link }: { now: number; link: string }): TextMessage {
  const { id, incident, number, isDrill, title, source, rule, awareAt, dueAt } = row;
  const left = dueAt === null ? 'due without undue delay' : leftText(dueAt, now);
  const head = warning.kind === 'day' ? `${warning.day} d since it was known` : shareText(warning.share);
  return {
    title: `${isDrill ? 'DRILL: ' : ''}Legal clock of incident ${number}: ${head} (${title})`,
    text: [
      `${source}: ${left}.`,
      `Known since ${timeText(awareAt)}.`,
      `Nothing is sent by itself. Draft: holdfast clock notice ${number} ${rule}.`,
      `Once it is filed: holdfast clock settle ${number} ${rule} --state met --at TIME --reason TEXT.`,
      ...(isDrill ? ['This is a drill: nothing is to be filed.'] : []),
    ].join(' '),
    severity: warning.kind === 'share' && warning.share >= URGENT_SHARE ? 'critical' : 'high',
    application: null,
    channel: null,
    link,
    key: `clock:${incident}:${id}:${warning.kind === 'day' ? `day-${warning.day}` : warning.share}`,
  };
}

const shareText = (share: number): string => (share >= 100 ? 'its time is over' : `${share} % of its time is over`);

const leftText = (dueAt: number, now: number): string =>
  now < dueAt
    ? `due ${timeText(dueAt)}, in ${spanText(dueAt - now)}`
    : `was due ${timeText(dueAt)}, ${spanText(now - dueAt)} ago`;

/** Marked, recorded and queued for the channels at once: each is told exactly once, whoever looks, and however often. */
export async function warn(parts: ClockParts, row: ClockRow): Promise<boolean> {
  const { db, clock, channels, link } = parts;
  const now = clock.now();
  const warning = warningDue(row, now);
  if (warning === null) return false;
  return db.transaction(async (tx) => {
    if (!(await mark(tx, row, warning))) return false;
    await record(parts, tx, { row, warning });
    if (!row.isQuiet) await channels()?.tellTextIn(tx, warningText(row, warning, { now, link: link(row.incident) }));
    return true;
  });
}

const mark = (tx: Transaction, { id }: ClockRow, warning: Warning): Promise<boolean> =>
  warning.kind === 'share' ? markShare(tx, id, warning.share) : markDay(tx, id, warning.day);

async function record(
  parts: ClockParts,
  tx: Transaction,
  { row, warning }: { readonly row: ClockRow; readonly warning: Warning },
): Promise<void> {
  const { id: clock, incident, rule, dueAt } = row;
  const share = warning.kind === 'share' ? warning.share : 0;
  const passedOver = warning.kind === 'share' ? [...warning.passedOver] : [];
  const event = parts.bus.newEvent(clockEvents.warned, {
    actor: BY_CLOCK,
    target: incident,
    payload: { clock, incident, rule, share, passedOver, dueAt },
  });
  const what = warning.kind === 'share' ? 'warned' : 'reminded';
  const told = warning.kind === 'share' ? warning.share : warning.day;
  await writeStep(parts, tx, { step: { clock, incident, what, share: told, actor: BY_CLOCK }, record: event });
}
