import {
  INDICATOR_ACTIONS,
  INDICATOR_KINDS,
  type Detection,
  type EventRecord,
  type IndicatorAction,
  type IndicatorKind,
} from '@holdfast/contract';
import { z } from 'zod';

/** What a gateway wrote of something listed in the verdicts of a request. */
export interface ListedHit {
  readonly kind: IndicatorKind;
  /** Of the entry: its source, a dot, and a digest of its value. */
  readonly indicator: string;
  readonly action: IndicatorAction;
  readonly confidence: number;
}

const STEP = 'intel';
const DETAIL = /^(?<kind>[a-z]+) (?<indicator>[0-9A-Z]{26}\.[0-9a-f]{16}) (?<action>[a-z]+) (?<confidence>\d{1,3})$/u;
const payloadSchema = z.object({
  address: z.string().min(1).max(64),
  method: z.string().optional(),
  path: z.string().optional(),
  status: z.number().optional(),
  steps: z.array(z.object({ step: z.string(), detail: z.string() })),
});
const WORDS: Readonly<Record<IndicatorKind, string>> = {
  address: 'Its address',
  host: 'A host that it named',
  url: 'An address that it named',
  hash: 'A file that it sent',
  agent: 'Its user agent',
};
const SEVERITIES: Readonly<Record<IndicatorAction, EventRecord['severity']>> = { watch: 'low', score: 'medium', block: 'high' };

export function readHit(detail: string): ListedHit | null {
  const { kind, indicator, action, confidence } = DETAIL.exec(detail)?.groups ?? {};
  const known = INDICATOR_KINDS.find((one) => one === kind);
  const does = INDICATOR_ACTIONS.find((one) => one === action);
  if (known === undefined || does === undefined || indicator === undefined) return null;
  return { kind: known, indicator, action: does, confidence: Number(confidence) };
}

const isTold = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && 'step' in one && one.step === STEP && 'detail' in one && one.detail !== '';

/** What was listed of a request that went through a gateway; nothing for every other event. */
export function hitsOf(event: EventRecord): readonly ListedHit[] {
  const { steps } = event.payload;
  if (event.type !== 'request.completed' || !Array.isArray(steps)) return [];
  // Most requests have none, and say only that they passed: looked at before anything is parsed.
  if (!steps.some(isTold)) return [];
  const read = payloadSchema.safeParse(event.payload);
  if (!read.success) return [];
  return read.data.steps.flatMap(({ step, detail }) => (step === STEP ? [readHit(detail)].filter((hit) => hit !== null) : []));
}

/**
 * One detection for each kind of thing that was listed. About the address, so that a visitor who comes a thousand times is one
 * alert; nothing is answered with at once, because what is to be refused was refused already.
 */
export function detectionsOf(event: EventRecord): readonly Detection[] {
  const hits = hitsOf(event);
  const read = hits.length === 0 ? null : payloadSchema.safeParse(event.payload);
  if (read?.success !== true) return [];
  const { address, method = '', path = '', status = 0 } = read.data;
  const kinds = INDICATOR_KINDS.filter((kind) => hits.some((hit) => hit.kind === kind));
  return kinds.map((kind) => {
    const same = hits.filter((hit) => hit.kind === kind);
    const strongest = INDICATOR_ACTIONS.findLast((action) => same.some((hit) => hit.action === action)) ?? 'watch';
    const confidence = Math.max(...same.map((hit) => hit.confidence));
    return {
      kind: 'intel',
      detector: `intel.${kind}`,
      title: `A visitor is listed: ${kind}`,
      severity: SEVERITIES[strongest],
      time: event.time,
      application: event.application,
      entities: [
        { kind: 'address' as const, value: address },
        ...same.slice(0, 8).map(({ indicator }) => ({ kind: 'indicator' as const, value: indicator })),
      ],
      reason: `${WORDS[kind]} is on ${same.length === 1 ? 'a list' : `${same.length} lists`} of threat intelligence, sure to ${confidence} of 100.`,
      figures: { lists: same.length, confidence, action: strongest },
      attacks: [],
      evidence: [
        {
          event: event.id,
          type: event.type,
          time: event.time,
          requestId: event.requestId,
          outcome: event.outcome,
          summary: `${method} ${path} ${status}`.slice(0, 300),
        },
      ],
      events: 1,
      answers: [],
    };
  });
}
