import type { AllowView, BanInput, BanView } from '@holdfast/contract';
import type { Change } from '../../api/client.ts';
import { useChange } from '../../api/use-change.ts';

export const below = (list: 'bans' | 'allows', prefix: string): string => `/${list}/${encodeURIComponent(prefix)}`;

/** What takes a lifted ban back: what is left of it, under its own reason. */
export function banAgain({ prefix, reason, expiresAt }: BanView): Change {
  const forSeconds = expiresAt === null ? null : Math.max(1, Math.round((expiresAt - Date.now()) / 1000));
  const body: BanInput = { prefix, reason, forSeconds };
  return { method: 'POST', path: '/bans', body };
}

export function useBan(onDone: () => void) {
  return useChange<BanView>({
    name: 'bans.add',
    onDone,
    says: ({ prefix }) => `${prefix} is banned.`,
    undo: ({ prefix }) => ({ method: 'DELETE', path: below('bans', prefix) }),
    showsFaults: true,
  });
}

export function useAllow(onDone: () => void) {
  return useChange<AllowView>({
    name: 'bans.allow',
    onDone,
    says: ({ prefix }) => `${prefix} is always allowed.`,
    undo: ({ prefix }) => ({ method: 'DELETE', path: below('allows', prefix) }),
    showsFaults: true,
  });
}
