export { canonicalPath, type PathRefusal, type PathVerdict } from './decode/path.ts';
export { DECODE_LIMITS, type DecodeLimits } from './decode/limits.ts';
export type { AmbiguityReason, Decoded } from './decode/outcome.ts';
export { decodeRequest } from './decode/request.ts';
export { BLOCK_CONFIDENCE, inspectRequest, type Inspection, type InspectOptions } from './inspect.ts';
export { RULES } from './rules.ts';
export {
  RULE_GROUPS,
  type CanonicalRequest,
  type Field,
  type Finding,
  type Location,
  type RawRequest,
  type RuleDescription,
  type RuleGroup,
} from './types.ts';
