import type { TokenView } from '@holdfast/contract';
import { formatTime } from '../terminal/table.ts';

function stateOf(row: TokenView, now: number): string {
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt <= now ? 'expired' : `until ${formatTime(row.expiresAt)}`;
}

export const tokenColumns = (now: number) => [
  { title: 'ID', value: (row: TokenView) => row.id },
  { title: 'ACCOUNT', value: (row: TokenView) => row.account.name },
  { title: 'NAME', value: (row: TokenView) => row.name },
  { title: 'STATE', value: (row: TokenView) => stateOf(row, now) },
  { title: 'LAST USED', value: (row: TokenView) => formatTime(row.lastUsedAt) },
  { title: 'FROM', value: (row: TokenView) => row.cidrs.join(' ') || 'anywhere' },
  { title: 'PERMISSIONS', value: (row: TokenView) => row.permissions.join(' ') || '-' },
];
