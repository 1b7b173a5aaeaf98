import type { UploadDetail } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { sayProblem } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Time } from '../../ui/Time.tsx';
import { uploadQuery } from './calls.ts';
import type { UploadChanges } from './use-upload-changes.ts';
import { CAUSE_WORDS, sayFinding, STATE_TONES, STATE_WORDS } from './words.ts';

const REASON_CHARS_MIN = 3;

interface UploadDrawerProps {
  readonly id: string;
  readonly changes: UploadChanges;
  readonly onClose: () => void;
}

/** One kept file: why it was kept, what was found, where it came from, and what to do with it. */
export function UploadDrawer({ id, changes, onClose }: UploadDrawerProps) {
  const { data, error } = useQuery(uploadQuery(id));
  return (
    <Dialog title={data?.name ?? 'Kept file'} onClose={onClose} isDrawer>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {error === null && data === undefined && <Skeleton rows={8} />}
      {data !== undefined && (
        <div className="flex flex-col gap-5">
          <Callout tone={STATE_TONES[data.state]} title={STATE_WORDS[data.state]}>
            {CAUSE_WORDS[data.cause]}
          </Callout>
          <Found upload={data} />
          <Facts upload={data} />
          {data.state !== 'deleted' && <Actions upload={data} changes={changes} />}
        </div>
      )}
    </Dialog>
  );
}

function Found({ upload: { findings, scans } }: { readonly upload: UploadDetail }) {
  if (findings.length === 0 && scans.length === 0) return <p className="text-soft">Nobody has looked into it yet.</p>;
  return (
    <ul className="flex flex-col gap-1.5">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.place}`}>
          {sayFinding(finding)} <span className="text-soft">({finding.place === 'file' ? finding.detail : finding.place})</span>
        </li>
      ))}
      {scans.map(({ scanner, verdict, detail }) => (
        <li key={scanner}>
          <Badge tone={verdict === 'infected' ? 'stop' : verdict === 'clean' ? 'ok' : 'watch'}>{verdict}</Badge> {scanner}
          {detail === '' ? '' : `: ${detail}`}
        </li>
      ))}
    </ul>
  );
}

function Facts({ upload }: { readonly upload: UploadDetail }) {
  const { decidedAt, decidedBy, reason, method, path, requestId } = upload;
  return (
    <KeyValues
      items={[
        ['SHA-256', <code key="hash">{upload.hash}</code>],
        ['Type', `${upload.foundType ?? 'unknown'}, declared ${upload.declaredType ?? 'nothing'}`],
        ['Size', `${upload.bytes} bytes`],
        ['Application', upload.application],
        ['Sent to', path === null ? 'forgotten' : `${method ?? ''} ${path}`],
        ['From', upload.address ?? 'forgotten'],
        [
          'Request',
          <LinkTo key="request" to={paths.request(requestId)}>
            {requestId}
          </LinkTo>,
        ],
        ['Kept', <Time key="kept" at={upload.createdAt} />],
        ['Came', upload.times === 1 ? 'once' : `${upload.times} times`],
        ['Node', upload.node],
        ...(decidedAt === null ? [] : [['Decided', `by ${decidedBy ?? 'nobody'}: ${reason ?? ''}`] as const]),
      ]}
    />
  );
}

function Actions({ upload, changes }: { readonly upload: UploadDetail; readonly changes: UploadChanges }) {
  const { id, state, application } = upload;
  const { may } = useMe();
  const [reason, setReason] = useState('');
  const [isDeleting, askToDelete] = useState(false);
  const isSaid = reason.trim().length >= REASON_CHARS_MIN;
  if (!may('upload:release') && !may('upload:write')) return null;
  return (
    <div className="flex flex-col gap-4">
      <ReasonField value={reason} onChange={setReason} hint="Needed to release and to delete. Kept in the ledger." />
      {may('upload:release') && state !== 'infected' && state !== 'released' && (
        <div className="flex flex-wrap items-center gap-2">
          <Button look="main" isBusy={changes.isBusy} disabled={!isSaid} onClick={() => changes.release(id, reason)}>
            Release
          </Button>
          <CopyAsCli words={['upload', 'release', id, '--reason', reason]} />
          <span className="text-soft">Scanned once more; then these bytes pass in {application} until rules change.</span>
        </div>
      )}
      {may('upload:write') && (
        <div className="flex flex-wrap items-center gap-2">
          <Button isBusy={changes.isBusy} onClick={() => changes.rescan(id)}>
            Scan again
          </Button>
          <Button look="danger" isBusy={changes.isBusy} disabled={!isSaid} onClick={() => askToDelete(true)}>
            Delete
          </Button>
          <CopyAsCli words={['upload', 'delete', id, '--reason', reason]} />
        </div>
      )}
      {may('upload:release') && (
        <p className="flex flex-wrap items-center gap-2 text-soft">
          A copy for analysis comes from the command line: <CopyAsCli words={['upload', 'show', id, '--output', `${id}.zip`]} />
        </p>
      )}
      {isDeleting && (
        <ConfirmDialog
          title="Delete this file for good?"
          button="Delete for good"
          isDanger
          isBusy={changes.isBusy}
          onConfirm={() => {
            askToDelete(false);
            changes.remove(id, reason);
          }}
          onClose={() => askToDelete(false)}
        >
          Its key is forgotten and its bytes are removed: nobody can bring them back, not from a backup either.
        </ConfirmDialog>
      )}
    </div>
  );
}
