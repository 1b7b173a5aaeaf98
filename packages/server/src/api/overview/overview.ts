import { controlEvents, TODO_MAX, type Overview, type Todo, type TodoKind } from '@holdfast/contract';
import { may, type Principal } from '../../domains/access/index.ts';
import type { Applications } from '../../domains/applications/index.ts';
import type { AuditStatus, Traffic } from '../../domains/audit/index.ts';
import type { Identity, People } from '../../domains/identity/index.ts';
import type { IsolationRow, Protection } from '../../domains/protection/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CertificateDescription } from '../../platform/tls/certificate-store.ts';
import { lastSelfTest } from '../last-self-test.ts';
import type { AuditPort } from '../parts.ts';
import { todoOf, type TodoFacts } from './todo.ts';

const DAY_MS = 86_400_000;
/** Renewal begins a month ahead: what has so little left was not renewed. */
const CERTIFICATE_DAYS = 7;
const TOKEN_DAYS = 14;
/** Cards are put together from all that was found: done for everybody who looks, not for each. */
const TUNING_KEPT_MS = 30_000;
/** "Today" of somebody far away began at most so long ago. */
const TODAY_MS_MAX = 48 * 3_600_000;

export interface OverviewParts {
  readonly applications: Pick<Applications, 'list'>;
  readonly identity: Pick<Identity, 'countExpiring'>;
  readonly people: Pick<People, 'adoption'>;
  readonly protection: Pick<Protection, 'showBypass' | 'tuning' | 'isolations'>;
  readonly audit: Pick<AuditPort, 'tail'> & { status(): AuditStatus };
  readonly traffic: Pick<Traffic, 'series'>;
  readonly certificates: () => readonly CertificateDescription[];
  readonly clock: Clock;
}

/** These make the verdict; the others are advice. */
const ALARMING: ReadonlySet<TodoKind> = new Set(['ledger-damaged', 'self-test-failed', 'certificate-expired']);

type SelfTest = TodoFacts['selfTest'];
type TuningFacts = Pick<TodoFacts, 'openCards' | 'ready'>;

async function readTuning({ protection }: OverviewParts, selfTest: SelfTest): Promise<TuningFacts> {
  const { cards, more, readiness } = await protection.tuning.inbox({ state: 'open' }, selfTest);
  const ready = readiness.filter(({ mode, ready: isReady }) => isReady && mode === 'monitor');
  return { openCards: cards.length + more, ready: ready.map(({ application }) => application) };
}

async function lastBackup({ audit }: OverviewParts): Promise<number | null> {
  const { items } = await audit.tail({ type: controlEvents.backupCreated.type, limit: 1 });
  return items[0]?.time ?? null;
}

function endingCertificates({ certificates, clock }: OverviewParts): TodoFacts['certificates'] {
  return certificates()
    .map(({ names, subject, notAfterMs }) => ({
      name: names[0] ?? subject,
      daysLeft: Math.floor((notAfterMs - clock.now()) / DAY_MS),
    }))
    .filter(({ daysLeft }) => daysLeft < CERTIFICATE_DAYS)
    .toSorted((a, b) => a.daysLeft - b.daysLeft);
}

type Judged = Pick<Overview, 'verdict' | 'line' | 'reasons'>;

interface Held extends Readonly<Overview['applications']> {
  /** What is cut off, in words. */
  readonly cutOff: readonly string[];
}

function judge(todo: readonly Todo[], { enforcing, monitoring, cutOff }: Held): Judged {
  const alarms = todo.filter(({ kind }) => ALARMING.has(kind)).map(({ what }) => what);
  if (alarms.length > 0) return { verdict: 'attention', line: 'Something needs you now.', reasons: alarms.slice(0, 10) };
  if (todo.some(({ kind }) => kind === 'bypass-active'))
    return { verdict: 'bypassed', line: 'Bypassed: nothing is blocked for now.', reasons: ['Break-glass is in force'] };
  if (enforcing + monitoring === 0)
    return { verdict: 'empty', line: 'Nothing is protected yet.', reasons: ['There is no application'] };
  const monitored = `${monitoring} of ${enforcing + monitoring} applications only record attacks`;
  if (enforcing === 0)
    return { verdict: 'recording', line: 'Recording only: attacks are let through.', reasons: [...cutOff, monitored] };
  return { verdict: 'protected', line: 'Protected.', reasons: [...cutOff, ...(monitoring === 0 ? [] : [monitored])] };
}

/** At most so many are named: where more are, the page of them says which. */
const CUT_OFF_NAMED = 5;

function sayCutOff(rows: readonly IsolationRow[]): string[] {
  const said = rows.map(({ application, kind, route }) => {
    if (kind === 'route') return `${route} of ${application} is cut off`.slice(0, 200);
    return kind === 'application' ? `${application} is cut off` : `${application} is only read`;
  });
  const named = [...new Set(said)];
  const more = named.length - CUT_OFF_NAMED;
  return more > 0 ? [...named.slice(0, CUT_OFF_NAMED), `${more} more places are cut off`] : named;
}

/** The first page of the console: is everything protected, does anybody have to do something, what happened today. */
export function createOverview(parts: OverviewParts) {
  let kept: { readonly at: number; readonly facts: Promise<TuningFacts> } | null = null;
  const tuningFacts = async (selfTest: SelfTest): Promise<TuningFacts> => {
    const at = parts.clock.monotonicMs();
    if (kept === null || at - kept.at > TUNING_KEPT_MS) kept = { at, facts: readTuning(parts, selfTest) };
    const { facts } = kept;
    return facts.catch((error: unknown) => {
      kept = null;
      throw error;
    });
  };

  return async (principal: Principal, { since }: { readonly since?: number | undefined }): Promise<Overview> => {
    const { applications, identity, people, protection, audit, traffic, clock } = parts;
    const now = clock.now();
    const from = Math.min(now - 1, Math.max(since ?? Math.floor(now / DAY_MS) * DAY_MS, now - TODAY_MS_MAX));
    const selfTest = await lastSelfTest(audit);
    const [known, bypass, isolated, adoption, tokensExpiring, backupAt, tuning, today] = await Promise.all([
      applications.list(),
      protection.showBypass(),
      protection.isolations.list(),
      may(principal, 'person:read') ? people.adoption() : null,
      identity.countExpiring(now + TOKEN_DAYS * DAY_MS),
      lastBackup(parts),
      tuningFacts(selfTest),
      traffic.series({ since: from, step: '1h' }),
    ]);
    const bypassUntil = bypass.active?.until ?? null;
    const certificates = endingCertificates(parts);
    const ledgerState = audit.status().state;
    const facts = { now, ledgerState, selfTest, bypassUntil, certificates, adoption, backupAt, tokensExpiring, ...tuning };
    const todo = todoOf(facts, (permission) => may(principal, permission));
    const enforcing = known.filter(({ application }) => application.mode === 'enforce').length;
    const counts = { enforcing, monitoring: known.length - enforcing };
    const { p50Us: _p50, p95Us, ...totals } = today.totals;
    return {
      ...judge(todo, { ...counts, cutOff: sayCutOff(isolated) }),
      todo: todo.slice(0, TODO_MAX),
      more: Math.max(0, todo.length - TODO_MAX),
      today: { since: from, counts: totals, p95Us },
      applications: counts,
      selfTest,
      bypassUntil,
      at: now,
    };
  };
}
