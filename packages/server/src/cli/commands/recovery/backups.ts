import { SEVERITIES, type BackupSchedule, type BackupView, type RecoveryStatus } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Input, Verb } from '../../command.ts';

import { listAll } from '../../connection/client.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime, type Column } from '../../terminal/table.ts';

const BACKUPS = '/api/v1/backups';
const RECOVERY = '/api/v1/recovery';

export const backupNow: Verb = {
  name: 'now',
  summary: 'the server makes one now, where and for whom the schedule says, and verifies it',
  examples: ['holdfast backup now'],
  run: (context) =>
    change<BackupView>(context, { method: 'POST', path: BACKUPS, body: {} }, (made) => ({
      data: made,
      text: `wrote ${made.file}: ${made.bytes} bytes, ${made.ledgerSize} records\nnext: holdfast drill run\n`,
    })),
};

const columns: readonly Column<BackupView>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'MADE', value: ({ createdAt }) => formatTime(createdAt) },
  { title: 'RECORDS', value: ({ ledgerSize }) => String(ledgerSize) },
  { title: 'BYTES', value: ({ bytes }) => String(bytes) },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'FILE', value: ({ file }) => file },
  { title: 'DETAIL', value: ({ detail }) => detail ?? '' },
];

export const backupList: Verb = {
  name: 'list',
  summary: 'what was made and is still there, and what became of each',
  examples: ['holdfast backup list'],
  run: async (context) => {
    await using api = await context.api();
    const backups = await listAll<BackupView>(api, { method: 'GET', path: BACKUPS });
    return { data: { backups }, text: () => formatTable(backups, columns, 'no backup was made') };
  },
};

export const backupSchedule: Verb = {
  name: 'schedule',
  summary: 'show or set when backups are made by themselves',
  about:
    'Without flags it shows what is set and what is wrong. What is not named stays as it is. Each backup is also for a key of this server, sealed under the root key, so that it can try them.',
  options: [
    { flags: '--every <hours>', help: 'make one every so many hours; off = none by themselves' },
    { flags: '--to <folder>', help: 'below the data directory, or an absolute one of mode 0700' },
    { flags: '--recipient <key...>', help: 'age public keys (age1…) that can open them' },
    { flags: '--keep <count>', help: 'how many are kept' },
    { flags: '--drill-days <days>', help: 'restore one on trial every so many days; off = never' },
    { flags: '--drill-severity <severity>', help: 'of the incident that a failed one opens; off = none' },
  ],
  examples: [
    'holdfast backup schedule',
    'holdfast backup schedule --every 6 --recipient age1… --to /backup/holdfast --keep 28 --drill-days 7',
  ],
  run: async (context, input) => {
    await using api = await context.api();
    const status = await api.call<RecoveryStatus>({ method: 'GET', path: RECOVERY });
    const wanted = wantedOf(input, status.schedule);
    if (wanted === null) return shown(status);
    return change<BackupSchedule>(context, { method: 'PUT', path: `${RECOVERY}/schedule`, body: wanted }, (set) => ({
      data: set,
      text: `${pairsOf(set)}next: holdfast backup now\n`,
    }));
  },
};

const FLAGS = ['every', 'to', 'recipient', 'keep', 'drillDays', 'drillSeverity'] as const;

function wantedOf(input: Input, now: BackupSchedule): BackupSchedule | null {
  const recipients = input.list('recipient');
  if (FLAGS.every((flag) => (flag === 'recipient' ? recipients.length === 0 : input.text(flag) === null))) return null;
  return {
    everyHours: countOf(input, 'every', now.everyHours),
    folder: input.text('to') ?? now.folder,
    recipients: recipients.length === 0 ? now.recipients : [...recipients],
    keep: countOf(input, 'keep', now.keep) ?? now.keep,
    drillDays: countOf(input, 'drillDays', now.drillDays),
    drillSeverity: severityOf(input, now.drillSeverity),
  };
}

function severityOf(input: Input, now: BackupSchedule['drillSeverity']): BackupSchedule['drillSeverity'] {
  const text = input.text('drillSeverity');
  if (text === null) return now;
  if (text === 'off') return null;
  const severity = SEVERITIES.find((one) => one === text);
  if (severity === undefined)
    throw new UsageFault(`${text} is none of ${SEVERITIES.join(', ')}, off.`, 'holdfast backup schedule --help');
  return severity;
}

function countOf(input: Input, flag: 'every' | 'keep' | 'drillDays', now: number | null): number | null {
  const text = input.text(flag);
  if (text === null) return now;
  if (text === 'off') return null;
  if (!/^\d{1,4}$/u.test(text)) throw new UsageFault(`${text} is no count.`, 'holdfast backup schedule --help');
  return Number(text);
}

const pairsOf = ({ everyHours, folder, recipients, keep, drillDays, drillSeverity }: BackupSchedule): string =>
  formatPairs([
    ['made', everyHours === null ? 'not by themselves' : `every ${everyHours} h`],
    ['folder', folder],
    ['recipients', recipients.length === 0 ? 'none' : recipients.join(' ')],
    ['kept', String(keep)],
    ['drill', drillDays === null ? 'never' : `every ${drillDays} days`],
    ['one that fails', drillSeverity === null ? 'opens no incident' : `opens an incident, ${drillSeverity}`],
  ]);

function shown(status: RecoveryStatus): Outcome {
  const { schedule, lastBackupAt, lastVerifiedAt, lastDrill, pointInTime, trouble } = status;
  const time = (at: number | null): string => (at === null ? 'never' : formatTime(at));
  const pairs = formatPairs([
    ['newest', time(lastBackupAt)],
    ['verified', time(lastVerifiedAt)],
    ['last drill', lastDrill === null ? 'never' : `${formatTime(lastDrill.startedAt)}, ${lastDrill.state}`],
    ['point in time', pointInTime.detail],
  ]);
  return {
    data: status,
    exit: trouble.length > 0 ? EXIT.findings : EXIT.ok,
    text: (paint) => `${pairsOf(schedule)}${pairs}${trouble.map((text) => `${paint.warn(text)}\n`).join('')}`,
  };
}
