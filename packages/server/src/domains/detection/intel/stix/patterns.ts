export { MatchFault, PatternFault, type PatternFaultKind } from './pattern/fault.ts';
export { compilePattern, matchPattern, type CompiledPattern, type MatchResult } from './pattern/match.ts';
export { observationOf, observationsOf, type Observation, type StixObject } from './pattern/observation.ts';
export { parseComparison, parsePattern } from './pattern/parse.ts';
export { printComparison, printPattern } from './pattern/print.ts';
export type { Comparison, Literal, ObjectPath, Pattern } from './pattern/tree.ts';
