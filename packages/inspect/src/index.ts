export { fileText } from './decode/file-text.ts';
export { canonicalPath, type PathRefusal, type PathVerdict } from './decode/path.ts';
export { DECODE_LIMITS, type DecodeLimits } from './decode/limits.ts';
export { multipartBoundary, readPartHead, type BoundaryResult, type PartHead, type PartHeadResult } from './decode/multipart.ts';
export { ambiguous, overLimit, type AmbiguityReason, type Decoded } from './decode/outcome.ts';
export { parseContentType, type ContentType } from './decode/content-type.ts';
export { parsePairs } from './decode/pairs.ts';
export { decodeBytes, decodeLatin1, decodeUtf8 } from './decode/percent.ts';
export { decodeRequest } from './decode/request.ts';
export { BLOCK_CONFIDENCE, blockConfidence } from './context.ts';
export { inspectWith, withContext, type CleanTexts, type Inspection, type InspectOptions } from './engine.ts';
export {
  inspect,
  inspectRequest,
  narrowestException,
  type ExceptionPlace,
  type Verdict,
  type VerdictOptions,
} from './inspect.ts';
export { scanOf } from './files/bytes/reader.ts';
export type { Kept } from './files/images/metadata/kept.ts';
export { STRIPPED_TYPES, withoutMetadata } from './files/images/metadata/without-metadata.ts';
export { judgeFile } from './files/judge.ts';
export { cleanName } from './files/name.ts';
export { FILE_LIMITS, FILE_POLICY } from './files/policy.ts';
export { FILE_TYPES, fileType, fileTypeByName } from './files/table.ts';
export {
  FILE_CODES,
  type FileBytes,
  type FileClaim,
  type FileCode,
  type FileFamily,
  type FileFinding,
  type FileJudgement,
  type FileLimits,
  type FilePolicy,
  type FileType,
  type Member,
  type WalkResult,
} from './files/types.ts';
export { walkMembers, type VisitMember } from './files/walk.ts';
export {
  checkRequest,
  contextFor,
  isCampaignMark,
  type CheckOptions,
  type Violation,
  type ViolationReason,
} from './learn/check.ts';
export { compileSchema, findItems } from './learn/compile.ts';
export type { CompiledSchema, CompileResult, SchemaFault } from './learn/compiled.ts';
export { publicForm, type PublicForm, type PublicOperation } from './learn/public-form.ts';
export { readNumber } from './learn/measure.ts';
export { isParameter, parameterName } from './learn/model.ts';
export { fromDocument, takeDelta, toDocument, type ModelDocument } from './learn/document.ts';
export { createModel, mergeModels, observe, type LearnedModel } from './learn/model.ts';
export { openApiPath, proposeSchema, type SchemaFragment } from './learn/propose.ts';
export {
  compilePatch,
  compilePatches,
  PATCH_CONFIDENCE_MAX,
  PATCH_CONFIDENCE_MIN,
  type CompiledPatch,
  type PatchTable,
} from './patch/compile.ts';
export { isAboutBody, matchPatch, type PatchedRequest, type PatchHit } from './patch/match.ts';
export { createRouteTable, routeSegments, type RouteTable } from './patch/routes.ts';
export { CONSTRAINT_TYPES, type PatchMatch, type PatchRule } from './patch/types.ts';
export { RULES } from './rules.ts';
export {
  RULE_GROUPS,
  type CanonicalRequest,
  type Detector,
  type Field,
  type FieldContext,
  type FieldPlace,
  type Finding,
  type Location,
  type RawRequest,
  type RuleDescription,
  type RuleGroup,
} from './types.ts';
export { cmdi } from './cmdi/detect.ts';
export { code } from './code/detect.ts';
export { crlf } from './crlf/detect.ts';
export { deserialisation } from './deserialisation/detect.ts';
export { inclusion } from './inclusion/detect.ts';
export { jndi } from './jndi/detect.ts';
export { ldap } from './ldap/detect.ts';
export { nosql } from './nosql/detect.ts';
export { pollution } from './pollution/detect.ts';
export { scanner } from './scanner/detect.ts';
export { sqli } from './sqli/detect.ts';
export { ssrf } from './ssrf/detect.ts';
export { ssti } from './ssti/detect.ts';
export { traversal } from './traversal/detect.ts';
export { xpath } from './xpath/detect.ts';
export { xss } from './xss/detect.ts';
export { xxe } from './xxe/detect.ts';
export { createWordFinder, type WordFinder, type WordSearch } from './words/finder.ts';
