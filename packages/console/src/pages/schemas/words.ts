import type { SchemaShare } from '@holdfast/contract';
import { formatCount } from '../../state/format.ts';

export const inForceText = ({ kind, version }: Pick<SchemaShare, 'kind' | 'version'>): string => {
  if (kind === null) return 'none';
  return `${kind === 'document' ? 'OpenAPI document' : 'learned fragment'}, version ${version ?? 0}`;
};

export const shareText = ({ live, covered }: SchemaShare['routes']): string =>
  live === 0 ? 'no traffic yet' : `${formatCount(covered)} of ${formatCount(live)} (${Math.floor((covered / live) * 100)} %)`;
