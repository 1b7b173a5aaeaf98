/** Bounds of what is read and kept. Every one has a default that the whole public rule tree stays far below. */
export interface SigmaLimits {
  readonly textCharsMax: number;
  readonly nestingMax: number;
  readonly nodesMax: number;
  readonly valueCharsMax: number;
  /** Values that one item may expand to (windash before base64, placeholders). */
  readonly expansionMax: number;
  readonly conditionTokensMax: number;
  readonly regexStatesMax: number;
  readonly rulesMax: number;
  /** Cells of the shared automaton: states times character classes, four bytes each. */
  readonly automatonCellsMax: number;
}

export const DEFAULT_LIMITS: SigmaLimits = {
  textCharsMax: 1_048_576,
  nestingMax: 32,
  nodesMax: 50_000,
  valueCharsMax: 16_384,
  expansionMax: 4096,
  conditionTokensMax: 1000,
  regexStatesMax: 5000,
  rulesMax: 50_000,
  automatonCellsMax: 24_000_000,
};
