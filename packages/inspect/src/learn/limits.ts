/** What one application's model may hold. Visitors choose paths and names, so every one of these is reached some day. */
export const LEARN_LIMITS = {
  routesMax: 500,
  parametersPerRouteMax: 128,
  /** Over all routes: what bounds the model as a whole. */
  parametersMax: 8_000,
  segmentsMax: 32,
  segmentCharsMax: 128,
  nameCharsMax: 64,
  /** More different siblings than this stand for one place in the path. */
  siblingsMax: 20,
  /** A sibling met this often keeps its own name when the others are folded. */
  establishedMin: 50,
  /** Different values remembered before a field counts as open. */
  valuesMax: 12,
  valueCharsMax: 32,
  /** A value, a name or a path seen less often never leaves the process that saw it: it may be somebody's own. */
  valueCountMin: 3,
  /** Different outlines (digits, letters, separators) remembered before a field counts as without form. */
  outlinesMax: 4,
  outlineRunsMax: 9,
  /** Longer values are text, whatever stands in them. */
  scannedCharsMax: 4_096,
} as const;
