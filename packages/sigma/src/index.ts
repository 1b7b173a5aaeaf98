export { DIAGNOSTICS, type Diagnostic, type DiagnosticCode, type Place } from './diagnostic.ts';
export { readDocuments, type ReadResult, type SigmaDocument } from './document/read.ts';
export { LEVELS, type Level, type Logsource, type Metadata } from './document/metadata.ts';
export { DEFAULT_LIMITS, type SigmaLimits } from './limits.ts';
export { compile, compileInSteps, type CompileResult, type Ruleset } from './engine/collection.ts';
export { Scanner } from './engine/scanner.ts';
export { flatten, type FieldValue, type Scalar, type SigmaEvent } from './engine/event.ts';
export type { SigmaRule } from './rule/read-rule.ts';
export type { SigmaFilter } from './filter/filter.ts';
export type { SigmaCorrelation } from './correlation/correlation.ts';
export {
  Correlator,
  DEFAULT_CORRELATOR_LIMITS,
  type CorrelationMatch,
  type CorrelatorLimits,
  type Observed,
} from './correlation/correlator.ts';
export type { CorrelatorState } from './correlation/state.ts';
export { readPipeline, type Pipeline } from './pipeline/read-pipeline.ts';
export { applyPipelines } from './pipeline/apply.ts';
export { explain, type Explained, type ExplainedItem, type Explanation } from './engine/explain.ts';
export { linearRegex, type LinearRegex } from './regex/linear.ts';
