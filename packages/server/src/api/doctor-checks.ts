import type { ApplicationView, Check, SchemaShare, UploadStatus, WatchHealth } from '@holdfast/contract';
import { connect } from 'node:net';
import type { Applications } from '../domains/applications/index.ts';
import type { IsolationRow } from '../domains/protection/index.ts';
import { diskUse } from '../platform/ballast.ts';
import type { Database } from '../platform/db/database.ts';
import { isRefusal } from '../platform/refusal.ts';
import { PAIR_FAULTS } from '../platform/tls/pair.ts';
import type { CertificateDescription } from '../platform/tls/certificate-store.ts';

const CONNECT_TIMEOUT_MS = 3000;
const SLOW_DATABASE_MS = 250;
const DISK_WARNING_PERCENT = 85;
const DISK_FAILED_PERCENT = 95;
const QUARANTINE_FULL = 0.9;
const COVERED_MIN = 0.8;
/** Named by the doctor. */
const PLAYBOOKS_NAMED = 5;

export interface DoctorParts {
  readonly db: Database;
  readonly dataDir: string;
  readonly applications: Pick<Applications, 'list'>;
  readonly certificates: readonly CertificateDescription[];
  readonly ledger: { readonly size: number; readonly state: string };
  readonly nowMs: () => number;
  readonly overdueSecrets: () => Promise<OverdueSecrets>;
  readonly uploads: () => Promise<UploadStatus>;
  readonly schemaShares: () => Promise<readonly SchemaShare[]>;
  readonly watch: () => WatchedState;
  readonly isolations: () => Promise<readonly IsolationRow[]>;
  /** What is wrong with backups, in words; null = they are no matter here. */
  readonly backups: () => Promise<readonly string[] | null>;
  /** Whose playbooks run; null = none do here. */
  readonly playbooks: () => Promise<SignedPlaybooks | null>;
}

export interface SignedPlaybooks {
  readonly isRequired: boolean;
  readonly untrusted: readonly string[];
}

/** What the watch says of itself. */
export interface WatchedState {
  readonly state: WatchHealth['state'];
  readonly trouble: string | null;
  readonly rules: { readonly on: number };
}

/** Secrets that are older than they may be: how many, and the addresses of some. */
export interface OverdueSecrets {
  readonly count: number;
  readonly some: readonly string[];
}

/** What commonly goes wrong, looked at now. Each check stands alone: one that fails says so and the others still run. */
export async function runDoctor(parts: DoctorParts): Promise<Check[]> {
  const { db, dataDir, applications, certificates, ledger, nowMs } = parts;
  const known = await applications.list().catch(() => []);
  return [
    await checkDatabase(db, nowMs),
    checkLedger(ledger),
    await checkDisk(dataDir),
    ...checkCertificates(certificates),
    ...(await checkUpstreams(known)),
    ...(await checkSecrets(parts.overdueSecrets)),
    ...(await checkUploads(parts.uploads)),
    ...(await checkSchemas(parts.schemaShares)),
    checkWatch(parts.watch()),
    ...(await checkBackups(parts.backups)),
    ...(await checkPlaybooks(parts.playbooks)),
    ...(await checkIsolations(parts.isolations)),
  ];
}

type State = Check['state'];
const check = (name: string, state: State, words: { detail: string; next?: string }): Check => ({
  name,
  state,
  detail: words.detail,
  next: words.next ?? '',
});

async function checkDatabase(db: Database, nowMs: () => number): Promise<Check> {
  const began = nowMs();
  try {
    await db.query('select 1');
    const tookMs = Math.round(nowMs() - began);
    return check('database', tookMs > SLOW_DATABASE_MS ? 'warning' : 'ok', { detail: `${db.kind}, answers in ${tookMs} ms` });
  } catch {
    return check('database', 'failed', { detail: `${db.kind}, does not answer`, next: 'holdfast logs' });
  }
}

async function checkDisk(dataDir: string): Promise<Check> {
  const { usedPercent, freeBytes } = await diskUse(dataDir);
  const state = usedPercent >= DISK_FAILED_PERCENT ? 'failed' : usedPercent >= DISK_WARNING_PERCENT ? 'warning' : 'ok';
  const detail = `${Math.round(usedPercent)} % used, ${Math.round(freeBytes / 1_048_576)} MiB free`;
  return check('disk', state, { detail, ...(state === 'ok' ? {} : { next: 'make room: a full disk stops privileged changes' }) });
}

function checkCertificates(certificates: readonly CertificateDescription[]): Check[] {
  return certificates.map(({ names, source, expiry, notAfterMs, lastFault }) => {
    const name = `certificate ${names[0] ?? source}`;
    const until = `${source}, until ${new Date(notAfterMs).toISOString().slice(0, 10)}`;
    if (lastFault !== null) {
      const why = lastFault in PAIR_FAULTS ? `: ${lastFault}` : '';
      return check(name, 'warning', { detail: `${until}; the newest files were refused${why}`, next: 'holdfast logs' });
    }
    const state: State = expiry.kind === 'expired' ? 'failed' : expiry.kind === 'ok' ? 'ok' : 'warning';
    return check(name, state, { detail: until, ...(state === 'ok' ? {} : { next: 'renew it, or let ACME do it' }) });
  });
}

function checkUpstreams(applications: readonly ApplicationView[]): Promise<Check[]> {
  return Promise.all(
    applications.map(async ({ application: { id, upstream } }) => {
      const isUp = await canConnect(new URL(upstream));
      return check(`upstream ${id}`, isUp ? 'ok' : 'failed', {
        detail: `${upstream} ${isUp ? 'accepts connections' : 'does not answer'}`,
        ...(isUp ? {} : { next: 'start the application, or correct its address: holdfast app mode, holdfast app show' }),
      });
    }),
  );
}

/** Nothing is said where no secret has a greatest age, or none is beyond it. */
async function checkSecrets(overdue: DoctorParts['overdueSecrets']): Promise<Check[]> {
  try {
    const { count, some } = await overdue();
    if (count === 0) return [];
    const more = count > some.length ? ` and ${count - some.length} more` : '';
    const detail = `${count} older than they may be: ${some.join(', ')}${more}`;
    return [check('secrets', 'warning', { detail, next: 'holdfast secret list --overdue, then set or rotate them' })];
  } catch (error) {
    const isServer = isRefusal(error, 'secrets-away') || isRefusal(error, 'secrets-elsewhere');
    const detail = isServer ? error.message : 'their ages cannot be looked at';
    return [check('secrets', 'failed', { detail, next: 'holdfast logs' })];
  }
}

/** A watch that stands still takes no request down: it is a warning here, and a critical alert. */
function checkWatch({ state, trouble, rules }: WatchedState): Check {
  if (state === 'watching') return check('watch', 'ok', { detail: `events are judged by ${rules.on} rules and by behaviours` });
  const detail = trouble ?? (state === 'sealed' ? 'the keys are put away' : 'events are judged too late');
  return check('watch', 'warning', { detail, next: 'holdfast detect health, holdfast logs' });
}

/** A server without a backup runs as well as one that has some, until the day it does not. */
async function checkBackups(backups: DoctorParts['backups']): Promise<Check[]> {
  try {
    const trouble = await backups();
    if (trouble === null) return [];
    if (trouble.length === 0) return [check('backups', 'ok', { detail: 'made, verified and restored on trial' })];
    return trouble.map((detail) => check('backups', 'warning', { detail, next: 'holdfast backup schedule, holdfast drill run' }));
  } catch {
    return [check('backups', 'failed', { detail: 'they cannot be looked at', next: 'holdfast logs' })];
  }
}

/** What is cut off stays so until somebody remembers it: whoever asks what is wrong is told. */
async function checkIsolations(isolations: DoctorParts['isolations']): Promise<Check[]> {
  try {
    const rows = await isolations();
    return rows.map((row) =>
      check(`isolation ${row.application}`, 'warning', {
        detail: `${sayCutOff(row)} since ${isoTime(row.createdAt)} by ${row.createdBy}, ${row.expiresAt === null ? 'until it is released' : `until ${isoTime(row.expiresAt)}`}`,
        next: `holdfast release ${row.id} --check`,
      }),
    );
  } catch {
    return [check('isolation', 'failed', { detail: 'what is cut off cannot be looked at', next: 'holdfast logs' })];
  }
}

function sayCutOff({ kind, method, route }: IsolationRow): string {
  if (kind === 'route') return `${method === '*' ? '' : `${method} `}${route} is cut off`;
  return kind === 'application' ? 'all of it is cut off' : 'it is only read';
}

const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/u, 'Z');

async function checkPlaybooks(playbooks: DoctorParts['playbooks']): Promise<Check[]> {
  try {
    const signed = await playbooks();
    if (signed === null) return [];
    const { isRequired, untrusted } = signed;
    if (untrusted.length === 0)
      return [check('playbooks', 'ok', { detail: 'all are of this release, or signed by a key that is trusted' })];
    const some = untrusted.slice(0, PLAYBOOKS_NAMED).join(', ');
    const next = 'holdfast playbook list';
    return isRequired
      ? [check('playbooks', 'warning', { detail: `do not run, because no key that is trusted signed them: ${some}`, next })]
      : [
          check('playbooks', 'ok', {
            detail: `run though no key that is trusted signed them (playbooks.signatures: optional): ${some}`,
          }),
        ];
  } catch {
    return [check('playbooks', 'failed', { detail: 'they cannot be looked at', next: 'holdfast logs' })];
  }
}

/** A schema that lists half of what is live protects half of it. Nothing is said of applications without one: none was promised. */
async function checkSchemas(shares: DoctorParts['schemaShares']): Promise<Check[]> {
  const known = (await shares().catch(() => [])).filter(({ kind, routes }) => kind !== null && routes.live > 0);
  return known.map(({ application, routes: { live, covered } }) =>
    check(`schema ${application}`, covered < live * COVERED_MIN ? 'warning' : 'ok', {
      detail: `${covered} of ${live} live routes are listed`,
      ...(covered < live ? { next: `holdfast schema coverage ${application}` } : {}),
    }),
  );
}

/** Who looks at uploads, what nobody looks at, and whether there is room for what is held. */
async function checkUploads(uploads: DoctorParts['uploads']): Promise<Check[]> {
  try {
    const { scanners, unscanned, pictures, kept, bytesMax, rescan } = await uploads();
    const checks = scanners.map(({ scanner, state, version, detail }) =>
      check(`scanner ${scanner}`, state === 'down' ? 'failed' : detail.includes('not in force') ? 'warning' : 'ok', {
        detail: state === 'down' ? detail : `${detail}, version ${version}`,
        ...(state === 'down' ? { next: 'start it: until then uploads are held' } : {}),
      }),
    );
    for (const application of unscanned)
      checks.push(check(`uploads ${application}`, 'warning', { detail: 'nobody scans its files', next: 'set uploads.scan: on' }));
    if (pictures.state !== 'idle') checks.push(checkPictures(pictures));
    const used = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    if (used > bytesMax * QUARANTINE_FULL)
      checks.push(
        check('quarantine', 'warning', { detail: 'nearly full', next: 'holdfast upload list, then release or delete' }),
      );
    if (rescan.trouble !== null && rescan.behind > 0)
      checks.push(
        check('rescan', 'warning', { detail: `${rescan.behind} files wait: ${rescan.trouble}`, next: 'holdfast upload status' }),
      );
    return checks;
  } catch {
    return [check('uploads', 'failed', { detail: 'kept files cannot be looked at', next: 'holdfast logs' })];
  }
}

const PICTURE_GRADES = { idle: 'ok', up: 'ok', bounded: 'warning', down: 'failed' } as const;

function checkPictures({ state, version, detail }: UploadStatus['pictures']): Check {
  const next = state === 'down' ? { next: 'npm install sharp beside Holdfast, or set uploads.sharp to where it lies' } : {};
  return check('pictures', PICTURE_GRADES[state], { detail: version === '' ? detail : `sharp ${version}, ${detail}`, ...next });
}

function checkLedger(status: { size: number; state: string }): Check {
  const isGood = status.state === 'open' || status.state === 'ok';
  return check('ledger', isGood ? 'ok' : 'failed', {
    detail: `${status.size} records, ${status.state}`,
    ...(isGood ? {} : { next: 'holdfast audit verify' }),
  });
}

function canConnect({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({
      host: hostname.replaceAll(/[[\]]/gu, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    });
    const finish = (isUp: boolean): void => {
      socket.destroy();
      done(isUp);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
