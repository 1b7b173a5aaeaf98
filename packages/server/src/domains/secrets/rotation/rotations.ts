import type { Page, PageQuery, Rotation, RotationPlan, RotationPlanInput, SecretRef } from '@holdfast/contract';
import type { SecretCaller } from '../secrets.ts';

/**
 * Rotation of secrets: how each is changed, when, and what happens now. Refuses with `not-found`, `input-invalid`,
 * `rotation-running`, `permission-missing`, `access-denied`, `audit-unavailable`.
 */
export interface Rotations {
  plans(query: PartsOfRef): Promise<readonly RotationPlan[]>;
  plan(ref: SecretRef): Promise<RotationPlan | null>;
  setPlan(input: RotationPlanInput, caller: SecretCaller): Promise<RotationPlan>;
  removePlan(ref: SecretRef, caller: SecretCaller): Promise<void>;
  /** Resolves once it is published, rolled back, or takes long; what is left goes on without the caller. */
  start(ref: SecretRef, how: { readonly now?: boolean; readonly drill?: boolean }, caller: SecretCaller): Promise<Rotation>;
  /** Newest first. */
  list(query: RotationListQuery): Promise<Page<Rotation>>;
  find(id: string): Promise<Rotation | null>;
}

export interface PartsOfRef {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly name?: string | undefined;
}
export type RotationListQuery = PageQuery & PartsOfRef & { readonly running?: boolean | undefined };
