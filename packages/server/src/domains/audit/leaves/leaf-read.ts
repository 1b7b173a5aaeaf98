import { eventRecordSchema, type EventRecord } from '@holdfast/contract';
import { parseCanonical, type CanonicalJson } from '@holdfast/ledger';
import { z } from 'zod';
import type { PiiField } from './leaf.ts';

/** Null when the data subject was erased, or the text was changed or moved. */
export type Decrypt = (value: { envelope: string; field: string; place: readonly string[] }) => string | null;

const json = z.json();
const leafSchema = z.looseObject({
  actor: z.looseObject({ kind: z.string(), ref: z.string() }),
  app: z.string().nullable(),
  detail: z.record(z.string(), json),
  ev: z.number(),
  id: z.string(),
  node: z.string(),
  outcome: z.string(),
  pii: z.record(z.string(), z.string()),
  reason: z.string().nullable(),
  req: z.string().nullable(),
  seq: z.number(),
  sev: z.string(),
  subject: z.string().nullable(),
  target: z.string().nullable(),
  tenant: z.string(),
  trace: z.string().nullable(),
  ts: z.number(),
  type: z.string(),
});
export type Leaf = z.infer<typeof leafSchema>;

/** The fields of a leaf that a query may use; none is personal. */
export function parseLeaf(entry: Uint8Array): Leaf {
  return leafSchema.parse(parseCanonical(entry));
}

/**
 * The event of a leaf. What belongs to an erased subject is missing from the payload, and the pseudonym stands for the
 * subject itself.
 */
export function readLeaf(entry: Uint8Array, decrypt: Decrypt): EventRecord {
  return toEvent(parseLeaf(entry), decrypt);
}

export function toEvent(leaf: Leaf, decrypt: Decrypt): EventRecord {
  const identity = openField('identity', leaf, decrypt);
  const content = openField('content', leaf, decrypt);
  const { '@subject': subject, ...who } = identity;
  const { '@target': target, ...what } = content;
  const address = who['address'];
  const payload = { ...readDetail(leaf.detail), ...who, ...what };
  return eventRecordSchema.parse({
    id: leaf.id,
    type: leaf.type,
    version: leaf.ev,
    time: leaf.ts,
    node: leaf.node,
    tenant: leaf.tenant,
    severity: leaf.sev,
    actor: { kind: leaf.actor.kind, ref: leaf.actor.ref },
    application: leaf.app,
    target: leaf.target ?? target ?? null,
    outcome: leaf.outcome,
    reason: leaf.reason,
    requestId: leaf.req,
    trace: leaf.trace,
    subject: leaf.subject === null ? null : (subject ?? address ?? leaf.subject),
    payload,
  });
}

function openField(field: PiiField, leaf: Leaf, decrypt: Decrypt): Record<string, CanonicalJson> {
  const envelope = leaf.pii[field];
  const text = envelope === undefined ? null : decrypt({ envelope, field, place: ['ledger', leaf.id] });
  if (text === null) return {};
  const values: unknown = JSON.parse(text);
  // Written by writeLeaf and authenticated by its key: an object of JSON values.
  return typeof values === 'object' && values !== null ? (values as Record<string, CanonicalJson>) : {};
}

const PERMILLE = 'Permille';

function readDetail(detail: Leaf['detail']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) =>
      key.endsWith(PERMILLE) && typeof value === 'number' ? [key.slice(0, -PERMILLE.length), value / 1000] : [key, value],
    ),
  );
}
