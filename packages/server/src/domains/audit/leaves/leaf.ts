import { EVENTS, type EventDefinition, type EventRecord, type PersonalClass } from '@holdfast/contract';
import { LedgerError, writeCanonical, type CanonicalJson } from '@holdfast/ledger';
import { z } from 'zod';

/** Version of the leaf format. */
export const LEAF_VERSION = 1;
/** Base64 makes four bytes of three: what a leaf can carry as ciphertext beside its other fields. */
const BLOB_CHARACTERS_MAX = 20_000;
const SHORT_TEXT_CHARACTERS = 48;
const SHORT_LIST_ITEMS = 4;
/** Unknown events have unknown fields: nothing of them may stand in clear. */
const NO_DEFINITION_SUBJECT = 'unattributed';

/** Who it is about (address, name, agent), and what they sent: two ciphertexts, so that one can be read without the other. */
export type PiiField = 'identity' | 'content';

/** The two things a leaf needs from the keys of data subjects. */
export interface LeafKeys {
  pseudonym(subject: string): string;
  encrypt(value: { subject: string; field: string; place: readonly string[]; text: string }): string;
}

/** What the writer adds: the place in the log, and the monotonic clock of this boot. */
export interface LeafStamp {
  readonly seq: number;
  readonly mono: number;
}

type Json = EventRecord['payload'][string];
interface Parts {
  detail: Record<string, CanonicalJson>;
  readonly identity: Record<string, Json>;
  readonly content: Record<string, Json>;
}

/**
 * The exact bytes that become a leaf: canonical JSON, integers only, and of a person only a pseudonym and ciphertext under
 * that person's key, so that destroying the key erases without changing any hash.
 */
export function writeLeaf(event: EventRecord, stamp: LeafStamp, keys: LeafKeys): Uint8Array {
  const parts = splitPayload(event);
  const personal = event.subject !== null;
  if (personal && event.target !== null) parts.content['@target'] = event.target;
  const subject = subjectOf(event, parts);
  if (event.subject !== null && parts.identity['address'] !== event.subject) parts.identity['@subject'] = event.subject;
  const leafOf = (pii: Record<string, string>, isCut: boolean): Uint8Array =>
    writeCanonical({
      action: event.type.slice(event.type.lastIndexOf('.') + 1),
      actor: { kind: event.actor.kind, ref: actorRef(event, keys), session: null },
      app: clean(event.application),
      // Fields that are absent in almost every leaf are left out rather than written as false.
      ...(isCut ? { cut: true } : {}),
      detail: parts.detail,
      ev: event.version,
      id: event.id,
      mono: stamp.mono,
      node: event.node,
      outcome: event.outcome,
      pii,
      reason: clean(event.reason),
      req: event.requestId,
      seq: stamp.seq,
      sev: event.severity,
      subject: event.subject === null ? null : keys.pseudonym(event.subject),
      target: personal ? null : clean(event.target),
      tenant: event.tenant,
      trace: clean(event.trace),
      ts: event.time,
      type: event.type,
      v: LEAF_VERSION,
    });
  const identity = seal('identity', parts.identity, { event, subject, keys });
  const content = seal('content', parts.content, { event, subject, keys });
  try {
    return leafOf({ ...content.pii, ...identity.pii }, content.isCut || identity.isCut);
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'json-too-large') throw error;
    // Only the clear part can still be too large; an audited event must never be lost for its size.
    parts.detail = {};
    return leafOf({ ...content.pii, ...identity.pii }, true);
  }
}

/** Visitors are known by pseudonym only; operators and tokens by the name they were given here. */
function actorRef(event: EventRecord, keys: LeafKeys): string {
  const { kind, ref } = event.actor;
  if (kind !== 'visitor') return ref.toWellFormed();
  const who = event.subject ?? ref;
  return who === '' ? '' : keys.pseudonym(who);
}

function subjectOf(event: EventRecord, parts: Parts): string {
  if (event.subject !== null) return event.subject;
  const address = parts.identity['address'];
  return typeof address === 'string' && address !== '' ? address : NO_DEFINITION_SUBJECT;
}

interface SealParts {
  readonly event: EventRecord;
  readonly subject: string;
  readonly keys: LeafKeys;
}

function seal(field: PiiField, values: Record<string, Json>, { event, subject, keys }: SealParts) {
  if (Object.keys(values).length === 0) return { pii: {}, isCut: false };
  let text = JSON.stringify(values);
  const isCut = Buffer.byteLength(text) > BLOB_CHARACTERS_MAX;
  if (isCut) text = JSON.stringify(shorten(values, 0));
  // 16 findings of escaped text shortened to 48 characters stay far below; what an unknown event carries may not.
  if (Buffer.byteLength(text) > BLOB_CHARACTERS_MAX) text = '{}';
  return { pii: { [field]: keys.encrypt({ subject, field, place: ['ledger', event.id], text }) }, isCut };
}

/** Depth is bounded by the event schema's own values; beyond four levels nothing is kept. */
function shorten(value: Json, depth: number): Json {
  if (typeof value === 'string') return value.slice(0, SHORT_TEXT_CHARACTERS);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= 4) return null;
  if (Array.isArray(value)) return value.slice(0, SHORT_LIST_ITEMS).map((item) => shorten(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, depth + 1)]));
}

function splitPayload(event: EventRecord): Parts {
  const rules = rulesOf(event.type);
  const parts = { detail: {} as Parts['detail'], identity: {} as Parts['identity'], content: {} as Parts['content'] };
  for (const field of Object.keys(event.payload).sort()) {
    const value = event.payload[field] ?? null;
    const rule = rules?.get(field);
    if (rule === undefined) parts.content[field] = value;
    else if (rule.kind !== 'none') parts[rule.kind === 'content' ? 'content' : 'identity'][field] = value;
    else if (rule.isFraction && typeof value === 'number') parts.detail[`${field}Permille`] = Math.round(value * 1000);
    else parts.detail[field] = canonical(value, 0);
  }
  return parts;
}

/** Integers stay, fractions become their text, strings lose lone surrogates: nothing that a canonical leaf refuses is left. */
function canonical(value: Json, depth: number): CanonicalJson {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (value === null || typeof value === 'boolean') return value;
  if (depth >= 8) return null;
  if (Array.isArray(value)) return value.map((item) => canonical(item, depth + 1));
  // In order from the start: the canonical writer need not sort again.
  const keys = Object.keys(value).filter((key) => key !== '__proto__');
  return Object.fromEntries(keys.sort().map((key) => [key.toWellFormed(), canonical(value[key] ?? null, depth + 1)]));
}

const clean = (text: string | null): string | null => text?.toWellFormed() ?? null;

interface FieldRule {
  readonly kind: PersonalClass;
  readonly isFraction: boolean;
}

const rules = new Map<string, ReadonlyMap<string, FieldRule>>();

/** Null = an event outside the catalogue. */
function rulesOf(type: string): ReadonlyMap<string, FieldRule> | null {
  const known = rules.get(type);
  if (known !== undefined) return known;
  const definition = EVENTS.get(type);
  if (definition === undefined) return null;
  const made = readRules(definition);
  rules.set(type, made);
  return made;
}

function readRules(definition: EventDefinition): ReadonlyMap<string, FieldRule> {
  const shape: Readonly<Record<string, unknown>> = definition.payload.shape;
  const personal: Readonly<Record<string, PersonalClass>> = definition.personal;
  return new Map(
    Object.entries(shape).map(([field, schema]) => [
      field,
      { kind: personal[field] ?? 'content', isFraction: schema instanceof z.ZodNumber && !schema.isInt },
    ]),
  );
}
