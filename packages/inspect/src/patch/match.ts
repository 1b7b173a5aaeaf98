import { inspectRequest } from '../inspect.ts';
import type { Inspection } from '../engine.ts';
import type { CanonicalRequest, Field, Finding, Location } from '../types.ts';
import type { CompiledPatch } from './compile.ts';
import { whyUnfit } from './constraint.ts';
import { compareNames, isListItem, isSameHome, partsOfField, type NameParts } from './names.ts';
import { routeSegments } from './routes.ts';
import type { PatchRule } from './types.ts';

/** More text than this is not judged a second time on the request path; a hostile one of this size takes about ten milliseconds. */
const INLINE_CHARS_MAX = 65_536;
/** As many findings as an inspection keeps: what else was there is not known (`engine.ts`). */
const FINDINGS_MAX = 64;
const NAME_CHARS_MAX = 128;
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization']);

/** What is known of a request, or of some fields of an upload. */
export interface PatchedRequest {
  readonly request: CanonicalRequest;
  /** As they came, in lower case: inspection leaves out those that only transport reads. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What the engine found already, with which groups: only asked about texts too large to judge again. */
  readonly inspected: { readonly findings: Inspection['findings']; readonly groups: readonly string[] } | null;
  /** These are some fields of a body; what is not about bodies was judged before. */
  readonly isPart: boolean;
}

/** Where a rule fired, and why. Never the value. */
export interface PatchHit {
  readonly location: Location | null;
  readonly name: string;
  readonly why: string;
}

interface Placed {
  readonly field: Field;
  readonly depth: 'exact' | 'below';
  readonly parts: NameParts;
}

const BODY: ReadonlySet<Location> = new Set(['form', 'json', 'multipart', 'file-name', 'xml', 'text']);

/** Every program writes these: an attack that is looked for anywhere is looked for in what the application is told. */
const SAID_BY_PROGRAMS: ReadonlySet<Location> = new Set(['header', 'cookie']);

/** Whether a rule is about what a body holds. An attack anywhere may be in a body as well. */
export const isAboutBody = ({ location, match }: Pick<PatchRule, 'location' | 'match'>): boolean =>
  location === null ? match.kind === 'attack' : BODY.has(location);

/**
 * Whether a request is what a rule stops; null = it is not. Total, and linear but for the detectors of the engine.
 *
 * @example matchPatch(patch, { request, headers: [], inspected: null, isPart: false })?.why
 */
export function matchPatch(patch: CompiledPatch, view: PatchedRequest): PatchHit | null {
  const { rule } = patch;
  const { match } = rule;
  if (view.isPart && !isAboutBody(rule)) return null;
  if (match.kind === 'deny') return { location: null, name: '', why: 'the route is closed' };
  const placed = placesOf(patch, view);
  if (placed.length === 0) return null;
  if (match.kind === 'absent') return hit(placed[0]!.field, 'must not be there');
  return match.kind === 'attack' ? matchAttack(match, placed, view) : matchConstraint(patch, placed);
}

const hit = ({ location, name }: Pick<Field, 'location' | 'name'>, why: string): PatchHit => ({
  location,
  name: name.slice(0, NAME_CHARS_MAX),
  why,
});

function placesOf({ rule: { location }, parts }: CompiledPatch, view: PatchedRequest): Placed[] {
  const placed: Placed[] = [];
  for (const field of fieldsAt(location, view)) {
    if (location === null ? SAID_BY_PROGRAMS.has(field.location) : !isSameHome(location, field.location)) continue;
    const own = partsOfField(field.location, field.name);
    const depth = parts === null ? 'exact' : compareNames(parts, own);
    // An attribute lies beside the text of its element, not within it.
    if (depth === null || (depth === 'below' && field.location === 'xml')) continue;
    placed.push({ field, depth, parts: own });
  }
  return placed;
}

/** Inspection skips plain segments and headers of transport: a rule about one of them has to see it all the same. */
function fieldsAt(location: Location | null, { request, headers }: PatchedRequest): readonly Field[] {
  if (location === 'path') {
    return routeSegments(request.path).map((value, index) => ({ location, name: String(index + 1), value }));
  }
  if (location !== 'header') return request.fields;
  const decoded = request.fields.filter((field) => field.location === location && CREDENTIALS.has(field.name));
  return [...headers.map(([name, value]) => ({ location, name, value })), ...decoded];
}

function matchConstraint({ constraint, parts }: CompiledPatch, placed: readonly Placed[]): PatchHit | null {
  if (constraint === null) return null;
  for (const { field, depth, parts: own } of placed) {
    if (field.location === 'file-name') continue;
    if (field.isFile === true) return hit(field, 'a file where a value belongs');
    if (depth === 'below' && parts !== null && !isListItem(parts, own)) return hit(field, 'more than a value');
    // Left out on purpose, which in a document is written.
    if (field.location === 'json' && field.value === 'null') continue;
    const why = whyUnfit(constraint, field.value);
    if (why !== null) return hit(field, why);
  }
  return null;
}

function matchAttack(
  { groups, confidence }: Extract<PatchRule['match'], { kind: 'attack' }>,
  placed: readonly Placed[],
  { request, inspected }: PatchedRequest,
): PatchHit | null {
  const counts = (finding: Finding): boolean => finding.confidence >= confidence && groups.includes(finding.group);
  const told = ({ rule, location, name }: Finding): PatchHit => hit({ location, name }, rule);
  const chars = placed.reduce((sum, { field }) => sum + field.value.length + field.name.length, 0);
  if (chars <= INLINE_CHARS_MAX) {
    const fields = placed.map(({ field }) => asJudged(field));
    const found = inspectRequest({ ...request, fields }, { groups }).findings.find(counts);
    return found === undefined ? null : told(found);
  }
  const [largest] = placed;
  const isJudged = inspected !== null && groups.every((group) => inspected.groups.includes(group));
  // Nobody has read it with these detectors, or not all that was found is known: passing it on would be the way around the rule.
  if (largest !== undefined && (!isJudged || inspected.findings.length >= FINDINGS_MAX))
    return hit(largest.field, 'too large to be judged here');
  const names = new Set(placed.map(({ field }) => `${field.location} ${field.name}`));
  const found = inspected?.findings.find((finding) => names.has(`${finding.location} ${finding.name}`) && counts(finding));
  return found === undefined ? null : told(found);
}

/** The engine gives headers the benefit of the doubt, because all programs write them; the one that a rule names gets none. */
const asJudged = (field: Field): Field => (field.location === 'header' ? { ...field, location: 'query' } : field);
