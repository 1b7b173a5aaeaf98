import type { Location, RuleGroup } from '../types.ts';

export const CONSTRAINT_TYPES = ['integer', 'number', 'uuid', 'date', 'boolean'] as const;
export type ConstraintType = (typeof CONSTRAINT_TYPES)[number];

/** What a value has to be; everything that is given counts. */
export interface ConstraintMatch {
  readonly kind: 'constraint';
  readonly type?: ConstraintType | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly lengthMax?: number | undefined;
  /** One class such as `[A-Za-z0-9 _-]`: no other character may stand in the value. */
  readonly characters?: string | undefined;
  /** In the language of schemas (`learn/pattern.ts`), which never goes back. */
  readonly pattern?: string | undefined;
}

export type PatchMatch =
  | ConstraintMatch
  /** Evidence of these classes from this confidence on, whatever the application's mode and the engine's own bar are. */
  | { readonly kind: 'attack'; readonly groups: readonly RuleGroup[]; readonly confidence: number }
  /** The parameter must not be there. */
  | { readonly kind: 'absent' }
  /** The route is closed for the method. */
  | { readonly kind: 'deny' };

/** One rule for one hole, as the control plane hands it down. */
export interface PatchRule {
  readonly id: string;
  /** Upper case, or `*` for every method. */
  readonly method: string;
  /** A canonical path; `{}` stands for one segment. */
  readonly route: string;
  /** Null = the whole request for `deny`; for `attack` all that it tells, without headers and cookies. */
  readonly location: Location | null;
  /** Null = every parameter of the location. */
  readonly parameter: string | null;
  readonly match: PatchMatch;
}

export interface PatchFault {
  /** JSON pointer (RFC 6901) into the rule. */
  readonly pointer: string;
  readonly detail: string;
}
