import {
  controlEvents,
  exceptionSchema,
  type ExceptionInput,
  type ExceptionView,
  type Page,
  type PageQuery,
  type RuleException,
} from '@holdfast/contract';
import type { Selectable } from 'kysely';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { change, tablesOf, type Change, type ProtectionParts } from '../change.ts';
import { EXCEPTIONS_MAX, groupOf } from './exception-rules.ts';
import type { ProtectionDb, ProtectionTables } from '../tables.ts';

const DAY_MS = 86_400_000;
const EXPIRED_PER_SWEEP = 500;
const ROWS_PER_INSERT = 1000;

function toException(row: Selectable<ProtectionTables['protection_exception']>): RuleException {
  return exceptionSchema.parse({
    id: row.id,
    application: row.application,
    method: row.method,
    route: row.route,
    location: row.location,
    parameter: row.parameter,
    rule: row.rule,
    group: row.rule_group,
    reason: row.reason,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  });
}

const columnsOf = (exception: RuleException, by: { readonly actor: string; readonly requestId: string | null }) => ({
  id: exception.id,
  application: exception.application,
  method: exception.method,
  route: exception.route,
  location: exception.location,
  parameter: exception.parameter,
  rule: exception.rule,
  rule_group: exception.group,
  reason: exception.reason,
  created_at: exception.createdAt,
  created_by: by.actor,
  expires_at: exception.expiresAt,
  request_id: by.requestId,
});

export async function readActiveExceptions(db: ProtectionDb, now: number): Promise<RuleException[]> {
  const rows = await db.selectFrom('protection_exception').selectAll().where('expires_at', '>', now).execute();
  return rows.map(toException);
}

export interface ExceptionBy {
  readonly actor: Actor;
  /** The recorded request that it was made from. */
  readonly requestId?: string | undefined;
}

/** Several at once, or none: a request with two findings is let through only by both. */
export async function addExceptions(
  parts: ProtectionParts,
  inputs: readonly ExceptionInput[],
  by: ExceptionBy,
): Promise<ExceptionView[]> {
  return change(parts, async (step) => {
    const row = await step.tx
      .selectFrom('protection_exception')
      .select((query) => query.fn.countAll().as('count'))
      .executeTakeFirst();
    if (Number(row?.count ?? 0) + inputs.length > EXCEPTIONS_MAX) {
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${EXCEPTIONS_MAX} exceptions` }] });
    }
    const views: ExceptionView[] = [];
    for (const input of inputs) views.push(await addOne(parts, step, { input, by }));
    return views;
  });
}

async function addOne(
  parts: ProtectionParts,
  { tx, now, events }: Change,
  { input, by }: { readonly input: ExceptionInput; readonly by: ExceptionBy },
): Promise<ExceptionView> {
  const group = groupOf(input.rule);
  if (group === null) throw new Refusal('input-invalid', { errors: [{ pointer: '/rule', detail: 'no such group of rules' }] });
  const { days, ...place } = input;
  const exception = { id: parts.newId(), ...place, group, createdAt: now, expiresAt: now + days * DAY_MS };
  const made = { actor: actorName(by.actor), requestId: by.requestId ?? null };
  // An exception for the same place is renewed: new reason, new end, new id, because it is a new decision.
  const { id, reason, created_at, created_by, expires_at, request_id, ...scope } = columnsOf(exception, made);
  const renewed = { id, reason, created_at, created_by, expires_at, request_id };
  await tx
    .insertInto('protection_exception')
    .values({ ...scope, ...renewed })
    .onConflict((conflict) =>
      conflict.columns(['application', 'method', 'route', 'location', 'parameter', 'rule']).doUpdateSet(renewed),
    )
    .execute();
  const { method, route, location, parameter, rule, expiresAt } = exception;
  const payload = { method, route: route.slice(0, 512), location, parameter, rule, expiresAt };
  const subject = `exception:${id}`;
  const fields = { actor: by.actor, application: exception.application, target: id, reason, subject, payload };
  events.push(parts.bus.newEvent(controlEvents.exceptionAdded, fields));
  return { ...exception, createdBy: made.actor, requestId: made.requestId };
}

export async function removeException(parts: ProtectionParts, id: string, actor: Actor): Promise<void> {
  await change(parts, async ({ tx, events }) => {
    const row = await tx.deleteFrom('protection_exception').where('id', '=', id).returning('application').executeTakeFirst();
    if (row === undefined) throw new Refusal('not-found');
    const fields = { actor, application: row.application, target: id, payload: { cause: 'operator' as const } };
    events.push(parts.bus.newEvent(controlEvents.exceptionRemoved, fields));
  });
}

export async function listExceptions(
  parts: ProtectionParts,
  { cursor, limit, application }: PageQuery & { readonly application?: string | undefined },
): Promise<Page<ExceptionView>> {
  let query = tablesOf(parts.db).selectFrom('protection_exception').selectAll();
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  if (application !== undefined) query = query.where('application', '=', application);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows
    .slice(0, limit)
    .map((row) => ({ ...toException(row), createdBy: row.created_by, requestId: row.request_id }));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export async function endExpiredExceptions(parts: ProtectionParts): Promise<number> {
  return change(parts, async ({ tx, now, events }) => {
    const expired = tx.selectFrom('protection_exception').select('id').where('expires_at', '<=', now).limit(EXPIRED_PER_SWEEP);
    const rows = await tx
      .deleteFrom('protection_exception')
      .where('id', 'in', expired)
      .returning(['id', 'application'])
      .execute();
    for (const { id, application } of rows) {
      const actor = { kind: 'system' as const, ref: 'clock' };
      const fields = { actor, application, target: id, payload: { cause: 'expired' as const } };
      events.push(parts.bus.newEvent(controlEvents.exceptionRemoved, fields));
    }
    return rows.length;
  });
}

/** Makes the exceptions exactly these; what is over by now is left out. Who made a kept one stays on record. */
export async function replaceExceptions({ tx, now }: Change, wanted: readonly RuleException[], actor: Actor): Promise<void> {
  const ids = wanted.map(({ id }) => id);
  const others = tx.deleteFrom('protection_exception');
  await (ids.length === 0 ? others : others.where('id', 'not in', ids)).execute();
  const made = { actor: actorName(actor), requestId: null };
  const rows = wanted.filter(({ expiresAt }) => expiresAt > now).map((exception) => columnsOf(exception, made));
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
    await tx
      .insertInto('protection_exception')
      .values(rows.slice(start, start + ROWS_PER_INSERT))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}
