export { canonicalPath, type PathRefusal, type PathVerdict } from './decode/path.ts';
export { DECODE_LIMITS, type DecodeLimits } from './decode/limits.ts';
export { multipartBoundary, readPartHead, type BoundaryResult, type PartHead, type PartHeadResult } from './decode/multipart.ts';
export { ambiguous, overLimit, type AmbiguityReason, type Decoded } from './decode/outcome.ts';
export { decodeBytes } from './decode/percent.ts';
export { decodeRequest } from './decode/request.ts';
export { BLOCK_CONFIDENCE, blockConfidence } from './context.ts';
export { inspectRequest, type CleanTexts, type Inspection, type InspectOptions } from './inspect.ts';
export { RULES } from './rules.ts';
export {
  RULE_GROUPS,
  type CanonicalRequest,
  type Detector,
  type Field,
  type FieldContext,
  type Finding,
  type Location,
  type RawRequest,
  type RuleDescription,
  type RuleGroup,
} from './types.ts';
