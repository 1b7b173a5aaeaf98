import type { UploadDetail, UploadState, UploadView } from '@holdfast/contract';
import type { UploadSeal } from './sealed.ts';
import type { Details } from './tables.ts';
import type { UploadRow } from './upload-store.ts';

function viewWith(row: UploadRow, details: Details | null): UploadView {
  return {
    id: row.id,
    // Readers leave out what is being written.
    state: row.state as UploadState,
    cause: row.cause,
    hash: row.hash,
    bytes: row.bytes,
    application: row.application,
    name: details?.name ?? null,
    declaredType: details?.declaredType ?? null,
    foundType: row.found_type,
    findings: [...(details?.findings ?? [])],
    scans: row.scans,
    times: row.times,
    node: row.node,
    requestId: row.request_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen,
    judgedAt: row.judged_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
  };
}

const openedOf = (row: UploadRow, seal: UploadSeal): Details | null =>
  row.details === null ? null : seal.openDetails(row.id, row.details);

export const toView = (row: UploadRow, seal: UploadSeal): UploadView => viewWith(row, openedOf(row, seal));

export function toDetail(row: UploadRow, seal: UploadSeal): UploadDetail {
  const details = openedOf(row, seal);
  const { field = null, method = null, path = null, address = null, person = null } = details ?? {};
  return { ...viewWith(row, details), field, method, path, address, person };
}
