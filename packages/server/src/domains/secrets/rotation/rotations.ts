import type { Page, PageQuery, Rotation, RotationPlan, RotationPlanInput, SecretRef } from '@holdfast/contract';
import type { SecretCaller } from '../secrets.ts';

/**
 * Rotation of secrets: how each is changed, when, and what happens now. Refuses with `not-found`, `input-invalid`,
 * `rotation-missing`, `rotation-running`, `permission-missing`, `access-denied`, `audit-unavailable`.
 */
export interface Rotations {
  plans(query: PartsOfRef, caller: SecretCaller): Promise<readonly RotationPlan[]>;
  /** Null = it is changed by hand only. */
  plan(ref: SecretRef, caller: SecretCaller): Promise<RotationPlan | null>;
  setPlan(input: RotationPlanInput, caller: SecretCaller): Promise<RotationPlan>;
  removePlan(ref: SecretRef, caller: SecretCaller): Promise<void>;
  /** Resolves once it is published, rolled back, or takes long; what is left goes on without the caller. */
  start(ref: SecretRef, how: RotationWish, caller: SecretCaller): Promise<Rotation>;
  /** Newest first. */
  list(query: RotationListQuery, caller: SecretCaller): Promise<Page<Rotation>>;
  find(id: string, caller: SecretCaller): Promise<Rotation | null>;
}

export interface RotationWish {
  /** The old credential ends as soon as the new one is given, and an overlap that runs ends first. */
  readonly now?: boolean;
  readonly drill?: boolean;
}
export interface PartsOfRef {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly name?: string | undefined;
}
export type RotationListQuery = PageQuery & PartsOfRef & { readonly running?: boolean | undefined };
