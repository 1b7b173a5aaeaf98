import type { Answer, Application, Ask, ScannerSettings } from '@holdfast/contract';
import { FILE_LIMITS } from '@holdfast/inspect';
import type { Clock } from '../../platform/clock.ts';
import type { Exchange, Refused, StepResult } from '../exchange.ts';
import { ON } from '../exchange.ts';
import { findListedHash } from '../intel/find-listed.ts';
import type { IntelTables } from '../intel/intel-tables.ts';
import { tellListed } from '../intel/weigh-listed.ts';
import { refusesDoubt } from '../limits/canary.ts';
import type { GatewayLog } from '../log.ts';
import { judgeFiles } from './judge-files.ts';
import { keepFile } from './keep-file.ts';
import { passOn } from './pass-on.ts';
import { createScanners } from './scan/scanners.ts';
import type { ScannerChange, Scanners } from './scan/scanners.ts';
import { SpoolRoom } from './spool.ts';
import { takeBuffered } from './take-buffered.ts';
import { takeStream } from './take-stream.ts';
import type { TakenBody } from './taken-body.ts';
import { tellUpload } from './tell-upload.ts';
import { filePolicy, isInfected, isUnscanned, weigh } from './verdict.ts';
import type { SeenFile } from './verdict.ts';

/** A scanner that is away is back in seconds, or not for a long time. */
const RETRY_SECONDS = 10;
const FILES_TOLD_MAX = 20;

export interface UploadsParts {
  readonly ask: (ask: Ask) => Promise<Answer>;
  readonly clock: Clock;
  readonly log: GatewayLog;
  readonly settings: ScannerSettings;
  /** Where files lie while they are held. */
  readonly spoolFolder: string;
  readonly onScannerChange: (change: ScannerChange) => void;
  readonly tables: Pick<IntelTables, 'current'>;
}

export interface Uploads {
  /** Called for requests with a body. */
  check(exchange: Exchange, application: Application): StepResult | Promise<StepResult>;
  close(): Promise<void>;
}

/** Files in requests are held until they are judged and scanned: nothing of one reaches the application before. */
export function createUploads(parts: UploadsParts): Uploads {
  const { clock, log, settings, spoolFolder, onScannerChange } = parts;
  const room = new SpoolRoom(spoolFolder, settings.spoolBytesMax);
  const scanners = createScanners({ settings, clock, log, onChange: onScannerChange });
  const tools = { parts, scanners };
  let isPrepared = false;
  return {
    check(exchange, application) {
      const { body } = exchange;
      if (body.kind === 'buffered') {
        const taken = takeBuffered(exchange, body.inflated);
        return taken === null ? ON : decide(exchange, application, { taken, tools });
      }
      if (body.kind !== 'stream') return ON;
      if (!isPrepared) room.prepare();
      isPrepared = true;
      return checkStream({ exchange, application, room, tools });
    },
    close: () => scanners.close(),
  };
}

interface Tools {
  readonly parts: UploadsParts;
  readonly scanners: Scanners;
}

/** Whether refusals by type, size and content count; what scanners find always does. */
function isEnforced(exchange: Exchange, { uploads: { action } }: Application): boolean {
  if (exchange.mode === 'bypass') return false;
  return action === 'block' || (action === 'follow' && refusesDoubt(exchange));
}

interface Streaming {
  readonly exchange: Exchange;
  readonly application: Application;
  readonly room: SpoolRoom;
  readonly tools: Tools;
}

async function checkStream({ exchange, application, room, tools }: Streaming): Promise<StepResult> {
  const taken = await takeStream({ exchange, application, room, isEnforced: isEnforced(exchange, application) });
  if ('kind' in taken) return taken;
  try {
    const result = await decide(exchange, application, { taken, tools });
    if (result.kind !== 'on') taken.close();
    return result;
  } catch (error) {
    taken.close();
    throw error;
  }
}

interface Deciding {
  readonly taken: TakenBody;
  readonly tools: Tools;
}

async function decide(exchange: Exchange, application: Application, { taken, tools }: Deciding): Promise<StepResult> {
  const { uploads: settings } = application;
  const { ask } = tools.parts;
  const enforced = isEnforced(exchange, application);
  const policy = filePolicy(settings, FILE_LIMITS);
  const files = await judgeFiles(taken, { scanners: tools.scanners, settings, policy });
  if (files.length === 0) return await passOn(exchange, taken, { files, mayChange: enforced });
  const refused = enforced ? refusedOnes(files, settings) : [];
  if (refused.length > 0) return refuse(exchange, files, refused);

  // Neither what is known of them nor a verdict: nobody can say that they may pass.
  const known = await ask({ kind: 'upload-known', application: application.id, hashes: hashesOf(files) });
  if (known.kind !== 'upload-known') return unknown(exchange, files);
  const standing = new Map(known.known.map(({ hash, standing: word }) => [hash, word]));
  for (const seen of files) {
    if (standing.get(seen.file.hash) === 'bad' || isIndicator(exchange, seen, tools)) seen.findings.push(LISTED);
    seen.isReleased = standing.get(seen.file.hash) === 'released';
  }
  if (settings.scan === 'on') await scanAll(files, { tools, limits: policy.limits });
  return await conclude(exchange, files, { taken, tools, enforced, settings });
}

/** Threat intelligence may know the bytes too; what it only watches is written down and passes. */
function isIndicator(exchange: Exchange, { file }: SeenFile, { parts: { tables, clock } }: Tools): boolean {
  const found = findListedHash(tables.current(), file.hash, clock.now());
  tellListed(exchange, found);
  return found.some(({ action }) => action === 'block');
}

const LISTED = { code: 'listed', place: 'file', detail: 'the hash is on the list of bad files' };
const hashesOf = (files: readonly SeenFile[]): string[] => [...new Set(files.map(({ file }) => file.hash))];

async function scanAll(
  files: readonly SeenFile[],
  { tools, limits }: { readonly tools: Tools; readonly limits: ReturnType<typeof filePolicy>['limits'] },
): Promise<void> {
  await Promise.all(
    files.map(async (seen) => {
      if (seen.isReleased || isInfected(seen)) return;
      seen.scans = await tools.scanners.scan(seen.file.content, seen.file.hash, limits);
    }),
  );
}

interface Refusing {
  readonly seen: SeenFile;
  readonly reason: string;
}

function refusedOnes(files: readonly SeenFile[], settings: Application['uploads']): readonly Refusing[] {
  return files.flatMap((seen) => {
    const weighed = weigh(seen.findings, settings);
    return typeof weighed === 'string' ? [] : [{ seen, reason: weighed.code }];
  });
}

function refuse(exchange: Exchange, files: readonly SeenFile[], refused: readonly Refusing[]): Refused {
  for (const { seen, reason } of refused) tellUpload(exchange, seen, { kind: 'refused', reason });
  // They were fine; the request that they are in is not taken.
  for (const seen of files) {
    if (!refused.some((one) => one.seen === seen)) tellUpload(exchange, seen, { kind: 'refused', reason: 'beside' });
  }
  return answer('upload-refused', refused);
}

function answer(code: Refused['code'], files: readonly Refusing[]): Refused {
  const told = files.slice(0, FILES_TOLD_MAX).map(({ seen, reason }) => ({ name: seen.name, reason }));
  return { kind: 'refused', code, reason: `upload-${files[0]?.reason ?? 'refused'}`, files: told };
}

function unknown(exchange: Exchange, files: readonly SeenFile[]): Refused {
  for (const seen of files) tellUpload(exchange, seen, { kind: 'held', cause: 'unscanned', upload: null });
  return { kind: 'refused', code: 'upload-held', reason: 'upload-unasked', retryAfterSeconds: RETRY_SECONDS };
}

interface Concluding extends Deciding {
  readonly enforced: boolean;
  readonly settings: Application['uploads'];
}

async function conclude(exchange: Exchange, files: readonly SeenFile[], given: Concluding): Promise<StepResult> {
  const { enforced, settings, taken, tools } = given;
  const keep = (seen: SeenFile, cause: 'infected' | 'unscanned' | 'policy'): Promise<string | null> =>
    keepFile(exchange, seen, { cause, ...tools.parts });
  const infected = files.filter(isInfected);
  if (infected.length > 0) {
    for (const seen of infected) tellUpload(exchange, seen, { kind: 'infected', upload: await keep(seen, 'infected') });
    return answer(
      'upload-quarantined',
      infected.map((seen) => ({ seen, reason: 'malware' })),
    );
  }
  const unscanned = files.filter(isUnscanned);
  if (unscanned.length > 0) {
    for (const seen of unscanned)
      tellUpload(exchange, seen, { kind: 'held', cause: 'unscanned', upload: await keep(seen, 'unscanned') });
    const reasons = unscanned.map((seen) => ({ seen, reason: 'unscanned' }));
    return { ...answer('upload-held', reasons), retryAfterSeconds: RETRY_SECONDS };
  }
  const held = enforced ? files.filter((seen) => !seen.isReleased && weigh(seen.findings, settings) === 'hold') : [];
  if (held.length > 0) {
    for (const seen of held) tellUpload(exchange, seen, { kind: 'held', cause: 'policy', upload: await keep(seen, 'policy') });
    return answer(
      'upload-quarantined',
      held.map((seen) => ({ seen, reason: seen.findings[0]?.code ?? 'policy' })),
    );
  }
  for (const seen of files) tellUpload(exchange, seen, { kind: 'passed' });
  if (!enforced) noteRecorded(exchange, files, settings);
  return await passOn(exchange, taken, { files, mayChange: enforced });
}

/** What would not have passed, were the mode another; an attack that was recorded says more. */
function noteRecorded({ record }: Exchange, files: readonly SeenFile[], settings: Application['uploads']): void {
  const weighed = files.filter(({ isReleased }) => !isReleased).map(({ findings }) => weigh(findings, settings));
  const stopping = weighed.find((one) => one !== 'pass');
  if (stopping === undefined || record.outcome !== 'allowed') return;
  record.outcome = 'recorded';
  record.reason = `upload-${stopping === 'hold' ? 'policy' : stopping.code}`;
}
