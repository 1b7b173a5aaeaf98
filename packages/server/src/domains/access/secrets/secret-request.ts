import type { Permission, SecretRef } from '@holdfast/contract';
import { principalOf, type Asker } from '../cedar/application-request.ts';
import type { PolicyRequest } from '../cedar/engine.ts';

export type SecretPermission = Extract<Permission, `secret:${string}`>;

/** What somebody wants of a secret, as far as policies look at it. */
export interface SecretUse {
  readonly secret: SecretRef;
  readonly permission: SecretPermission;
  readonly purpose: string;
  readonly via: string;
}

export function toSecretRequest({ secret, permission, purpose, via }: SecretUse, asker: Asker, elevated: boolean): PolicyRequest {
  const { application, environment, name } = secret;
  const place = `${application}/${environment}`;
  return {
    principal: principalOf(asker),
    action: { type: 'Action', id: permission, parents: [] },
    resource: {
      type: 'Secret',
      id: `${place}/${name}`,
      parents: [
        { type: 'Environment', id: place },
        { type: 'Application', id: application },
      ],
      attrs: { application, environment, name },
    },
    context: { purpose, via, elevated },
  };
}
