import type { Application, CspInlineRow, CspReportRow, CspSuggestion } from '@holdfast/contract';

/** Anyone can send a report, so one or two prove nothing; and a person still reads the suggestion before it is applied. */
const SEEN_MIN = 3;
const SOURCES_PER_DIRECTIVE_MAX = 50;
const POLICY_LENGTH_MAX = 8192;

const HASHES_MAX = 1024;

/**
 * The gateway's built-in policy, which a suggestion widens: nothing but the site itself, no plugins, no base, inline code by
 * nonce only. The two are written twice because the gateway runs without the control plane's code.
 */
const BUILT_IN_CSP: readonly (readonly [directive: string, sources: readonly string[]])[] = [
  ['default-src', ["'none'"]],
  ['script-src', ["'self'", "'nonce-{nonce}'"]],
  ['style-src', ["'self'", "'nonce-{nonce}'"]],
  ['img-src', ["'self'", 'data:']],
  ['font-src', ["'self'"]],
  ['connect-src', ["'self'"]],
  ['media-src', ["'self'"]],
  ['manifest-src', ["'self'"]],
  ['worker-src', ["'self'"]],
  ['frame-src', ["'self'"]],
  ['form-action', ["'self'"]],
  ['base-uri', ["'none'"]],
  ['object-src', ["'none'"]],
];
/** Widening these gives more than a page can need: plugins, another base address, everything at once. */
const NEVER_WIDENED: ReadonlySet<string> = new Set(['default-src', 'base-uri', 'object-src']);

/** Reports name the finer directive where a browser knows it (CSP3 §6.8.3); the policy is written with the coarser one. */
const COARSER: ReadonlyMap<string, string> = new Map([
  ['script-src-elem', 'script-src'],
  ['script-src-attr', 'script-src'],
  ['style-src-elem', 'style-src'],
  ['style-src-attr', 'style-src'],
  ['child-src', 'frame-src'],
]);
const SCHEMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['data', ['img-src', 'font-src', 'media-src']],
  ['blob', ['img-src', 'media-src', 'worker-src']],
]);

type Judgement = { readonly kind: 'accept'; readonly source: string } | { readonly kind: 'refuse'; readonly why: string };
const refuse = (why: string): Judgement => ({ kind: 'refuse', why });

function judgeSource(directive: string, row: CspReportRow): Judgement {
  const blocked = row.blocked.toLowerCase();
  if (row.count < SEEN_MIN) return refuse(`seen fewer than ${SEEN_MIN} times`);
  if (blocked === 'inline') return refuse('inline code is let in by its hash, never as a whole');
  if (blocked.endsWith('eval')) return refuse('evaluating text as code stays off');
  const scheme = blocked.replace(/:.*$/u, '');
  if (SCHEMES.has(scheme)) {
    return SCHEMES.get(scheme)?.includes(directive) === true
      ? { kind: 'accept', source: `${scheme}:` }
      : refuse(`${scheme}: would let any content in here`);
  }
  if (!URL.canParse(blocked)) return refuse('not an origin');
  const url = new URL(blocked);
  if (url.protocol !== 'https:' && url.protocol !== 'wss:') return refuse('only https and wss origins are let in');
  // `host` is what the URL parser made of it: no spaces, semicolons or commas can reach the policy (CSP3 §2.3 grammar).
  if (!/^[a-z0-9.:[\]-]+$/u.test(url.host)) return refuse('not an origin');
  return { kind: 'accept', source: `${url.protocol}//${url.host}` };
}

interface Draft {
  readonly sources: Map<string, string[]>;
  readonly accepted: { directive: string; source: string; count: number }[];
  readonly refused: { directive: string; source: string; why: string }[];
  lengthLeft: number;
}

interface Candidate {
  readonly directive: string;
  readonly source: string;
  readonly count: number;
}

function letIn(draft: Draft, { directive, source, count }: Candidate): void {
  const list = draft.sources.get(directive);
  if (list === undefined || NEVER_WIDENED.has(directive)) {
    draft.refused.push({ directive, source, why: 'this directive is not widened' });
    return;
  }
  if (list.includes(source)) return;
  if (list.length >= SOURCES_PER_DIRECTIVE_MAX || draft.lengthLeft < source.length + 1) {
    draft.refused.push({ directive, source, why: 'the policy is full' });
    return;
  }
  list.push(source);
  draft.lengthLeft -= source.length + 1;
  draft.accepted.push({ directive, source, count });
}

function takeReport(draft: Draft, row: CspReportRow): void {
  const directive = COARSER.get(row.directive) ?? row.directive;
  const judged = judgeSource(directive, row);
  if (judged.kind === 'accept') letIn(draft, { directive, source: judged.source, count: row.count });
  else draft.refused.push({ directive: row.directive, source: row.blocked, why: judged.why });
}

const writePolicy = (sources: ReadonlyMap<string, readonly string[]>): string =>
  [...sources].map(([name, list]) => `${name} ${list.join(' ')}`).join('; ');

/** Hashes of inline code, most seen first. They come from our own reading of the pages, so there is no least number here. */
function inlineHashes(draft: Draft, rows: readonly CspInlineRow[], known: readonly string[]): string[] {
  const hashes = new Set(known);
  for (const row of rows.toSorted((left, right) => right.count - left.count)) {
    const directive = row.kind === 'script' ? 'script-src' : 'style-src';
    const source = `'${row.hash}'`;
    // 32 bytes in base64, nothing else: the settings refuse any other text.
    if (!/^sha256-[A-Za-z0-9+/]{43}=$/u.test(row.hash) || hashes.has(row.hash)) continue;
    if (hashes.size >= HASHES_MAX) draft.refused.push({ directive, source, why: 'the list of hashes is full' });
    else {
      hashes.add(row.hash);
      draft.accepted.push({ directive, source, count: row.count });
    }
  }
  return [...hashes];
}

/** Builds settings out of what was seen. They are a proposal: what they let in and what they leave out stand beside them. */
export function suggestCsp(
  application: Pick<Application, 'id' | 'csp'>,
  reports: readonly CspReportRow[],
  inline: readonly CspInlineRow[],
): CspSuggestion {
  const sources = new Map(BUILT_IN_CSP.map(([name, list]) => [name, [...list]]));
  const builtIn = writePolicy(sources);
  const draft: Draft = { sources, accepted: [], refused: [], lengthLeft: POLICY_LENGTH_MAX - builtIn.length };
  const hashes = inlineHashes(draft, inline, application.csp.inlineHashes);
  // Most seen first: where a limit cuts, it cuts noise.
  for (const row of reports.toSorted((left, right) => right.count - left.count)) takeReport(draft, row);
  const policy = writePolicy(sources);
  const csp = { ...application.csp, policy: policy === builtIn ? null : policy, inlineHashes: hashes };
  return { application: application.id, csp, accepted: draft.accepted, refused: draft.refused };
}
