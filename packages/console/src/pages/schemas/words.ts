import type { SchemaRoute, SchemaShare, SchemaVersion } from '@holdfast/contract';
import { formatCount, formatShare } from '../../state/format.ts';
import type { Tone } from '../../ui/Badge.tsx';

export const SOURCES: Readonly<Record<SchemaVersion['kind'], string>> = {
  document: 'OpenAPI document',
  learned: 'learned fragment',
};

export const STATES: Readonly<Record<SchemaRoute['state'], string>> = {
  enforced: 'enforced',
  monitored: 'only recorded',
  unlisted: 'not listed',
};
export const STATE_TONES: Readonly<Record<SchemaRoute['state'], Tone>> = { enforced: 'ok', monitored: 'note', unlisted: 'watch' };

export const inForceText = ({ kind, version }: Pick<SchemaShare, 'kind' | 'version'>): string =>
  kind === null ? 'none' : `${SOURCES[kind]}, version ${version ?? 0}`;

/** What is done with a request that does not fit, and which of the two says so. */
export function effectText({ mode, schemaMode }: Pick<SchemaShare, 'mode' | 'schemaMode'>): string {
  if (schemaMode === null) return 'nothing is compared';
  if (schemaMode === 'monitor') return 'is recorded: the schema is only tried';
  return mode === 'enforce' ? 'is refused' : 'is recorded: the application only monitors';
}

export const shareText = ({ live, covered }: SchemaShare['routes']): string =>
  live === 0 ? 'no traffic yet' : `${formatCount(covered)} of ${formatCount(live)} (${Math.floor((covered / live) * 100)} %)`;

/** Of the requests of the last day; rounded down, so that nothing that did not fit is rounded away. */
export const fitText = ({ state, judged, misfits }: SchemaRoute): string =>
  state === 'unlisted' || judged === 0 ? '–' : formatShare(Math.floor(((judged - misfits) / judged) * 1000) / 1000);
