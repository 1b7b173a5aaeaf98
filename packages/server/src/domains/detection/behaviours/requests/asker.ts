import type { Entity, EventRecord } from '@holdfast/contract';
import { textOf } from '../payload-text.ts';

/** Who asked: the account where it is known, else the session, else the address. */
export interface Asker {
  readonly key: string;
  readonly entity: Entity;
  /** As the reason names it. */
  readonly noun: 'account' | 'session' | 'source';
  /** A program of ours with a credential of its own. */
  readonly isService: boolean;
}

export function askerOf({ payload }: EventRecord): Asker | null {
  const principal = principalOf(payload['access']);
  const account = textOf(payload['account']) || principal.id;
  const isService = principal.kind === 'service';
  if (account !== '') {
    const kind = isService ? 'key' : 'user';
    return { key: `u ${account}`, entity: { kind, value: account }, noun: 'account', isService };
  }
  const session = textOf(payload['session']);
  if (session !== '') return { key: `s ${session}`, entity: { kind: 'session', value: session }, noun: 'session', isService };
  const address = textOf(payload['address']);
  return address === '' ? null : { key: `a ${address}`, entity: { kind: 'address', value: address }, noun: 'source', isService };
}

function principalOf(access: unknown): { readonly kind: string; readonly id: string } {
  if (typeof access !== 'object' || access === null || !('principal' in access)) return { kind: '', id: '' };
  const { principal } = access;
  if (typeof principal !== 'object' || principal === null) return { kind: '', id: '' };
  const { kind, id } = principal as { kind?: unknown; id?: unknown };
  return { kind: textOf(kind), id: textOf(id) };
}

/** Whether policies said no, and that was enforced. */
export function isDenied({ payload }: EventRecord): boolean {
  const { access } = payload;
  if (typeof access !== 'object' || access === null || Array.isArray(access)) return false;
  return access['allowed'] === false && access['enforced'] === true;
}
