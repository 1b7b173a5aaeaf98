import type { BackupView, DrillView, Page, RecoveryStatus } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyCommand } from '../../ui/copy/CopyCommand.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { backupPath, backupsQuery, drillsQuery, recoveryQuery } from './calls.ts';
import { ScheduleDialog } from './ScheduleDialog.tsx';
import { BACKUP_TONES, BACKUP_WORDS, DRILL_TONES, DRILL_WORDS, POINT_WORDS, saySpan } from './words.ts';

const BACKUPS: readonly Column<BackupView>[] = [
  { head: 'Backup', cell: ({ file }) => <code className="[overflow-wrap:anywhere]">{file}</code> },
  { head: 'Made', cell: ({ createdAt }) => <Time at={createdAt} isRelative /> },
  {
    head: 'State',
    cell: ({ state, detail }) => (
      <>
        <Badge tone={BACKUP_TONES[state]}>{BACKUP_WORDS[state]}</Badge>
        {detail !== null && <span className="block text-soft">{detail}</span>}
      </>
    ),
  },
  { head: 'Records', cell: ({ ledgerSize }) => ledgerSize, isNumber: true },
  { head: 'Size', cell: ({ bytes }) => `${(bytes / 1_048_576).toFixed(1)} MiB`, isNumber: true },
];

const DRILLS: readonly Column<DrillView>[] = [
  { head: 'Drill', cell: ({ startedAt }) => <Time at={startedAt} /> },
  { head: 'State', cell: ({ state }) => <Badge tone={DRILL_TONES[state]}>{DRILL_WORDS[state]}</Badge> },
  { head: 'Back after', cell: ({ tookMs }) => (tookMs === null ? '' : saySpan(tookMs)), isNumber: true },
  { head: 'Lost', cell: ({ lostMs }) => (lostMs === null ? '' : saySpan(lostMs)), isNumber: true },
  { head: 'Records lost', cell: ({ lostRecords }) => lostRecords ?? '', isNumber: true },
  {
    head: 'Steps',
    cell: ({ steps }) => {
      const failed = steps.find(({ state }) => state === 'failed');
      return failed === undefined ? `${steps.length} steps` : `${failed.name}: ${failed.detail}`;
    },
  },
];

function RecoveryPage() {
  const { search } = useSearchState();
  const { data: status } = useSuspenseQuery(recoveryQuery);
  const { data: backups } = useSuspenseQuery(backupsQuery(search));
  const { data: drills } = useSuspenseQuery(drillsQuery);
  const { may } = useMe();
  const [isSetting, set] = useState(false);
  const changes = useRecoveryChanges();
  return (
    <>
      <PageHead
        title="Backups and drills"
        lead="A backup that was never restored is a hope: each is opened and proved, and now and then one is restored on trial."
        actions={
          may('recovery:write') && (
            <>
              <Button isBusy={changes.isBusy} onClick={() => set(true)}>
                Schedule
              </Button>
              <Button isBusy={changes.isBusy} onClick={changes.drill}>
                Restore on trial
              </Button>
              <Button look="main" isBusy={changes.isBusy} onClick={changes.backUp}>
                Back up now
              </Button>
            </>
          )
        }
      />
      <div className="flex flex-col gap-5">
        <StatusPanel status={status} />
        <Backups backups={backups} onProve={may('recovery:write') ? changes.verify : null} />
        <Drills drills={drills} />
        <Panel title="In earnest">
          <p className="mb-2 text-soft">Recovery is done on the host, with the server down, step by step:</p>
          <CopyCommand command="holdfast recover" />
        </Panel>
      </div>
      {isSetting && <ScheduleDialog schedule={status.schedule} onClose={() => set(false)} />}
    </>
  );
}

interface BackupsProps {
  readonly backups: Page<BackupView>;
  /** Null = who looks may not. */
  readonly onProve: ((id: string) => void) | null;
}

function Backups({ backups, onProve }: BackupsProps) {
  const proving: Column<BackupView> = {
    head: 'Change',
    cell: ({ id, state }) => state !== 'gone' && <RowButton onClick={() => onProve?.(id)}>Prove</RowButton>,
  };
  return (
    <Panel title="Backups" isFlush>
      <DataTable
        caption="Backups"
        rows={backups.items}
        keyOf={({ id }) => id}
        columns={onProve === null ? BACKUPS : [...BACKUPS, proving]}
        empty={
          <EmptyState
            title="There is no backup"
            text="Without one, what is lost on this machine is lost for good."
            command="holdfast backup schedule --help"
          />
        }
      />
      <Pager next={backups.next} count={backups.items.length} />
    </Panel>
  );
}

function Drills({ drills }: { readonly drills: Page<DrillView> }) {
  return (
    <Panel title="Drills" isFlush>
      <DataTable
        caption="Drills"
        rows={drills.items}
        keyOf={({ id }) => id}
        columns={DRILLS}
        empty={
          <EmptyState
            title="Nothing was restored on trial"
            text="A drill restores the newest backup beside what is in force, and measures how long that takes."
            command="holdfast drill run"
          />
        }
      />
    </Panel>
  );
}

function useRecoveryChanges() {
  const backUp = useChange<BackupView>({ name: 'recovery.backup', says: (made) => `${made.file} is made.` });
  const verify = useChange<BackupView>({ name: 'recovery.verify', says: (made) => BACKUP_WORDS[made.state] });
  const drill = useChange<DrillView>({ name: 'recovery.drill', says: 'The drill runs.' });
  return {
    isBusy: [backUp, verify, drill].some(({ isPending }) => isPending),
    backUp: () => backUp.run({ method: 'POST', path: '/backups', body: {} }, 'Back up now'),
    verify: (id: string) => verify.run({ method: 'POST', path: backupPath(id, '/verify'), body: {} }, 'Prove the backup'),
    drill: () =>
      drill.run({ method: 'POST', path: '/drills', body: { reason: 'started in the console' } }, 'Restore a backup on trial'),
  };
}

function StatusPanel({ status }: { readonly status: RecoveryStatus }) {
  const { schedule, lastBackupAt, lastVerifiedAt, lastDrill, pointInTime, trouble } = status;
  const every = schedule.everyHours === null ? 'not by themselves' : `every ${schedule.everyHours} hours, ${schedule.keep} kept`;
  const drills = schedule.drillDays === null ? 'not by themselves' : `every ${schedule.drillDays} days`;
  return (
    <Panel title="Now">
      {trouble.length > 0 && (
        <div className="mb-4">
          <Callout tone="stop" title="This is not well">
            <ul className="list-disc ps-5">
              {trouble.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </Callout>
        </div>
      )}
      <KeyValues
        items={[
          ['Backups', every],
          ['Drills', drills],
          ['Last backup', lastBackupAt === null ? 'never' : <Time key="backup" at={lastBackupAt} isRelative />],
          ['Last proved', lastVerifiedAt === null ? 'never' : <Time key="verified" at={lastVerifiedAt} isRelative />],
          [
            'Last drill',
            lastDrill === null ? (
              'never'
            ) : (
              <span key="drill">
                <Time at={lastDrill.startedAt} isRelative />
                {lastDrill.tookMs !== null && `, back after ${saySpan(lastDrill.tookMs)}`}
              </span>
            ),
          ],
          ['Point in time', `${POINT_WORDS[pointInTime.state]}. ${pointInTime.detail}`],
        ]}
      />
    </Panel>
  );
}

export const page: PageModule = {
  Component: RecoveryPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([
      queries.ensureQueryData(recoveryQuery),
      queries.ensureQueryData(backupsQuery(search)),
      queries.ensureQueryData(drillsQuery),
    ]),
};
