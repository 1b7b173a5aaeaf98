import { API_POLICIES, type Permission } from '@holdfast/contract';
import type { Entity } from './entity.ts';
import type { PolicyRequest } from './engine.ts';
import { principalOf, type Asker } from './application-request.ts';
import { groupOfPermission } from './schemas.ts';

/** A call of Holdfast's own API, as far as policies look at it. */
export interface ApiCall {
  readonly asker: Asker;
  readonly permission: Permission;
  readonly method: string;
  readonly elevated: boolean;
  /** What is written on a token; empty for people, whose rights follow from their role. */
  readonly scopes: readonly Permission[];
}

export function toApiRequest({ asker, permission, method, elevated, scopes }: ApiCall): PolicyRequest {
  const person = principalOf(asker);
  const principal: Entity = asker.kind === 'service' ? { ...person, attrs: { permissions: [...scopes] } } : person;
  return {
    principal,
    action: { type: 'Action', id: permission, parents: [{ type: 'Action', id: groupOfPermission(permission) }] },
    resource: { type: 'Api', id: API_POLICIES, parents: [] },
    context: { permission, method, acr: asker.acr, elevated },
  };
}
