import type { Application } from '@holdfast/contract';
import { Badge } from '../../ui/Badge.tsx';

export function ModeBadge({ application }: { readonly application: Pick<Application, 'mode' | 'canary'> }) {
  const { mode, canary } = application;
  if (mode === 'enforce') return <Badge tone="ok">enforce</Badge>;
  return <Badge tone="watch">{canary === null ? 'monitor' : `monitor, ${canary.share} % enforced`}</Badge>;
}
