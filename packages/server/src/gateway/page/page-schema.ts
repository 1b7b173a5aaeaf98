import { createHash } from 'node:crypto';
import type { Application, GatewaySession, PageSchema } from '@holdfast/contract';
import { canonicalPath, publicForm } from '@holdfast/inspect';
import type { Clock } from '../../platform/clock.ts';
import { askerOf } from '../access/weigh-access.ts';
import type { Exchange, StepResult } from '../exchange.ts';
import { refusesDoubt } from '../limits/canary.ts';
import { findVisitor } from '../sessions/own-page.ts';
import type { SessionFinder } from '../sessions/session-finder.ts';
import { sendOwn } from './send-own.ts';

export interface PageSchemaParts {
  readonly sessions: SessionFinder;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
}

/** What a page keeps; a schema that changes is known everywhere in about a minute. */
const FRESH_SECONDS = 60;
const RULE_PREFIX = 'schema.';

/**
 * Answers `/.holdfast/schema?path=…`: what would be refused of requests to one path (decision 0040). Nothing where nothing
 * would be refused: no schema in force, monitor mode, break-glass, a path that the schema does not list, or somebody who may
 * not ask for that path. All of these look the same.
 */
export async function answerPageSchema(exchange: Exchange, parts: PageSchemaParts): Promise<StepResult> {
  const { head, application } = exchange;
  if (head.method !== 'GET' && head.method !== 'HEAD')
    return { kind: 'refused', code: 'method-refused', reason: 'page-schema-method' };
  const schema = application === null ? null : await schemaFor(exchange, application, parts);
  const headers = [
    ['cache-control', `private, max-age=${FRESH_SECONDS}`],
    ['vary', 'cookie'],
  ] as const;
  if (schema === null) return sendOwn(exchange, { status: 204, headers, bytes: null });
  const bytes = Buffer.from(JSON.stringify(schema), 'utf8');
  const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return sendOwn(exchange, { status: 200, type: 'application/json', tag, headers, bytes });
}

async function schemaFor(exchange: Exchange, application: Application, parts: PageSchemaParts): Promise<PageSchema | null> {
  const path = pathAsked(exchange);
  const applied = exchange.snapshot.schemaFor(application.id);
  if (path === null || applied === null || application.pageCheck === 'off' || !refusesDoubt(exchange)) return null;
  if (applied.mode !== 'enforce') return null;
  const form = applied.kind === 'fragment' ? publicForm(applied.schema, path) : applied.schema.pageForm(path);
  if (form === null) return null;
  const found = await findVisitor(exchange, application, parts.sessions);
  if (found.kind === 'unknown' || (application.login.mode === 'required' && found.session === null)) return null;
  const mayAsk = accessOf(exchange, { application, session: found.session, path, clock: parts.clock });
  const operations = form.operations
    .filter(({ method }) => mayAsk(method))
    .map((operation) => ({
      ...operation,
      excepted: exceptedAt(exchange, { method: operation.method, path }, parts.clock.now()),
    }));
  return operations.length === 0 ? null : { refusesOthers: form.refusesOthers, operations };
}

function pathAsked({ head }: Exchange): string | null {
  const [path, ...others] = new URLSearchParams(head.query).getAll('path');
  const canonical = path === undefined || others.length > 0 ? null : canonicalPath(path);
  return canonical?.kind === 'ok' ? canonical.path : null;
}

interface Asked {
  readonly application: Application;
  readonly session: GatewaySession | null;
  readonly path: string;
  readonly clock: PageSchemaParts['clock'];
}

/** What somebody may not send has no form that they need to know. */
function accessOf(exchange: Exchange, { application, session, path, clock }: Asked): (method: string) => boolean {
  const access = exchange.snapshot.accessFor(application.id);
  if (access === null || application.accessMode !== 'enforce') return () => true;
  const call = {
    application: application.id,
    asker: askerOf({ session, account: null }),
    path,
    address: exchange.clientAddress,
    secure: exchange.connection.secure,
    now: clock.now(),
  };
  return (method) => access.decide({ ...call, method }, clock.monotonicMs()).verdict.allowed;
}

/** A page must not refuse what an exception lets through. */
function exceptedAt({ application, snapshot }: Exchange, at: Place, now: number): string[] {
  return snapshot
    .exceptionsFor(application?.id ?? '', at.method, at.path)
    .filter(({ rule, expiresAt }) => rule.startsWith(RULE_PREFIX) && expiresAt > now)
    .map(({ rule, location, parameter }) => `${rule.slice(RULE_PREFIX.length)} ${location} ${parameter}`);
}

interface Place {
  readonly method: string;
  readonly path: string;
}
