import { isAboutBody, matchPatch } from '@holdfast/inspect';
import type { CanonicalRequest, PatchHit } from '@holdfast/inspect';
import type { Application } from '@holdfast/contract';
import { ON } from '../exchange.ts';
import type { Exchange, Refused, StepResult } from '../exchange.ts';
import { inspectOptions } from '../inspection/inspect-options.ts';
import type { RequestPatch } from './compile-patches.ts';

const DETAIL_MAX = 200;
/** Patches named in one record; the first of them that refuses ends the request anyhow. */
const TOLD_MAX = 8;
const UNREAD: PatchHit = { location: null, name: '', why: 'what it is about could not be read' };

export interface Weighed {
  /** Null = it could not be read in one way. */
  readonly request: CanonicalRequest | null;
  /** Some fields of an upload that streams. */
  readonly isPart: boolean;
  readonly now: number;
}

/** Those in force for this method and path, the ones that refuse first. */
function patchesOf({ snapshot, head }: Exchange, application: Application, now: number): RequestPatch[] {
  const found = snapshot.patchesFor(application.id, head.method, head.path);
  if (found.length === 0) return [];
  const inForce = found.filter(({ rule }) => rule.expiresAt > now);
  return inForce.toSorted((left, right) => Number(right.rule.action === 'block') - Number(left.rule.action === 'block'));
}

/**
 * Virtual patches: what a person enforced refuses in every mode of the application, because closing one known hole is no matter of
 * tuning. In break-glass nothing is refused.
 */
export function weighPatches(exchange: Exchange, weighed: Weighed): StepResult {
  const { application, mode } = exchange;
  if (application === null) return ON;
  for (const patch of patchesOf(exchange, application, weighed.now)) {
    const { rule } = patch;
    const hit = hitOf(exchange, application, { patch, weighed });
    if (hit === null) continue;
    const blocks = rule.action === 'block' && mode !== 'bypass';
    tell(exchange, patch, { verdict: blocks ? 'violated' : 'recorded', hit });
    const reason = `patch.${rule.id}`;
    if (blocks) return { kind: 'refused', code: 'request-blocked', reason };
    // An attack that was recorded says more.
    if (exchange.record.outcome === 'allowed') {
      exchange.record.outcome = 'recorded';
      exchange.record.reason = reason;
    }
  }
  return ON;
}

interface Asked {
  readonly patch: RequestPatch;
  readonly weighed: Weighed;
}

/** What cannot be read is refused where a patch refuses: another spelling of the body must not open the hole again. */
function hitOf(exchange: Exchange, application: Application, { patch, weighed }: Asked): PatchHit | null {
  const { rule } = patch;
  const { head, body, inspection } = exchange;
  const { request, isPart } = weighed;
  const isUnread = request === null || (isAboutBody(rule) && body.kind === 'stream' && body.inspection === null);
  if (isUnread && rule.match.kind !== 'deny') return rule.action === 'block' ? UNREAD : null;
  return matchPatch(patch, {
    request: request ?? { method: head.method, path: head.path, fields: [] },
    headers: head.headers,
    inspected: inspection === null ? null : { findings: inspection.findings, groups: inspectOptions(application).groups },
    isPart,
  });
}

/** The rest of an upload has no one reading any more: it may pass only where no patch is about it. */
export function refuseUnread(exchange: Exchange, now: number): Refused | null {
  const { application, mode } = exchange;
  if (application === null || mode === 'bypass') return null;
  const patch = patchesOf(exchange, application, now).find(({ rule }) => rule.action === 'block' && isAboutBody(rule));
  if (patch === undefined) return null;
  tell(exchange, patch, { verdict: 'violated', hit: UNREAD });
  return { kind: 'refused', code: 'request-blocked', reason: `patch.${patch.rule.id}`, closeConnection: true };
}

/** Which patch, for which finding, and where: what stood there is not repeated. Fields of an upload are weighed one by one, and told once. */
function tell(
  { record }: Exchange,
  { rule }: RequestPatch,
  { verdict, hit }: { readonly verdict: 'violated' | 'recorded'; readonly hit: PatchHit },
): void {
  const told = record.steps.filter(({ step }) => step === 'patch');
  if (told.length >= TOLD_MAX || told.some(({ detail }) => detail.startsWith(rule.id))) return;
  const finding = rule.finding === null ? '' : ` (${rule.finding})`;
  const place = hit.location === null ? '' : `${hit.location} ${hit.name}: `;
  record.steps.push({ step: 'patch', verdict, detail: `${rule.id}${finding}: ${place}${hit.why}`.slice(0, DETAIL_MAX) });
}
