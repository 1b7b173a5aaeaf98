import { PERMISSIONS, type CompiledPolicy, type Permission } from '@holdfast/contract';
import type { Role } from '../../identity/index.ts';
import { METHOD_ACTIONS, READING, groupOfPermission, type PolicyKind } from '../cedar/schemas.ts';

export interface TokenGrant {
  readonly id: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdAt: number;
}

export interface RoleGrant {
  readonly person: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
}

/** A set of policies in force. */
export interface PolicySetGrant {
  /** `holdfast`, or the application. */
  readonly set: string;
  readonly kind: PolicyKind;
  readonly text: string;
  readonly policies: readonly CompiledPolicy[];
  /** Policies that no request can ever meet, by their ids. */
  readonly neverApplies: readonly string[];
  readonly acceptedAt: number;
}

/** Everything that anybody may, at one moment. */
export interface Grants {
  readonly tokens: readonly TokenGrant[];
  readonly roles: readonly RoleGrant[];
  readonly sets: readonly PolicySetGrant[];
}

const reading: ReadonlySet<string> = new Set(READING);
const groupOf = (kind: PolicyKind, action: string): 'read' | 'write' =>
  kind === 'api' ? groupOfPermission(action) : reading.has(action) ? 'read' : 'write';

/** Every action that the head of a policy takes. */
export function actionsOf({ action }: Pick<CompiledPolicy, 'action'>, kind: PolicyKind): string[] {
  const all: readonly string[] = kind === 'api' ? PERMISSIONS : METHOD_ACTIONS;
  const { entities, isExact } = action;
  if (entities === null) return [...all];
  const named = new Set(entities);
  return all.filter((each) => named.has(`Action::${each}`) || (!isExact && named.has(`Action::${groupOf(kind, each)}`)));
}

/**
 * Whether a policy may depend on who has which role. Any place where the word stands counts: too often is the safe side, and
 * no policy can name a role without it.
 */
export const mentionsRole = ({ text }: Pick<CompiledPolicy, 'text'>): boolean => /\bRole\b/u.test(text);
/** The same for what is written on tokens. */
export const mentionsScopes = ({ text }: Pick<CompiledPolicy, 'text'>): boolean => /\bpermissions\b/u.test(text);

/** A policy that its place names is another one as soon as one before it goes. */
export const isNamed = ({ id, text }: Pick<CompiledPolicy, 'id' | 'text'>): boolean =>
  !/^policy\d+$/u.test(id) && text.includes('@id');
