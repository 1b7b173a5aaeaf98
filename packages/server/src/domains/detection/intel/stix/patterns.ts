export { MatchFault, PatternFault } from './pattern/fault.ts';
export { compilePattern, matchPattern } from './pattern/match.ts';
export { observationOf, observationsOf, type StixObject } from './pattern/observation.ts';
export { parseComparison, parsePattern } from './pattern/parse.ts';
export { printPattern } from './pattern/print.ts';
export type { Comparison, Pattern } from './pattern/tree.ts';
