/**
 * The system that a credential is for did not do what it was asked. `trouble` is ours: what the target wrote may hold what it was
 * told, and goes nowhere.
 */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
  /** It may well work later, as it stands. */
  readonly isAway: boolean;

  constructor(trouble: string, { isAway = false, cause }: { readonly isAway?: boolean; readonly cause?: unknown } = {}) {
    super(trouble, cause === undefined ? undefined : { cause });
    this.isAway = isAway;
  }
}
