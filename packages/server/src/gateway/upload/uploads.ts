import type { Answer, Application, Ask, ScannerSettings } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Exchange, StepResult } from '../exchange.ts';
import { ON } from '../exchange.ts';
import { findListedHash } from '../intel/find-listed.ts';
import type { IntelTables } from '../intel/intel-tables.ts';
import { tellListed } from '../intel/weigh-listed.ts';
import { refusesDoubt } from '../limits/canary.ts';
import type { GatewayLog } from '../log.ts';
import { judgeFiles } from './judge-files.ts';
import { conclude } from './conclude.ts';
import { createReencoder } from './images/reencoder.ts';
import type { Reencoder } from './images/reencoder.ts';
import { passOn } from './pass-on.ts';
import { refuse, refusedOnes, unknown } from './refuse.ts';
import { uploadsFor } from './route-settings.ts';
import type { RouteUploads } from './route-settings.ts';
import { createScanners } from './scan/scanners.ts';
import type { ScannerChange, Scanners } from './scan/scanners.ts';
import { SpoolRoom } from './spool/spool-room.ts';
import { takeBuffered } from './take/take-buffered.ts';
import { takeStream } from './take/take-stream.ts';
import type { TakenBody } from './take/taken-body.ts';
import { filePolicy, isInfected } from './verdict.ts';
import type { SeenFile } from './verdict.ts';

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
  const { spoolBytesMax: bytesMax, rulesFolder } = settings;
  const room = new SpoolRoom({ folder: spoolFolder, bytesMax, rulesFolder, log });
  const scanners = createScanners({ settings, clock, log, onChange: onScannerChange });
  const reencoder = createReencoder({ sharp: settings.sharp, room });
  const tools = { parts, scanners, reencoder };
  return {
    check(exchange, application) {
      const { body } = exchange;
      if (body.kind === 'buffered') {
        const taken = takeBuffered(exchange, body.inflated);
        return taken === null ? ON : decide(exchange, application, { taken, tools });
      }
      if (body.kind !== 'stream') return ON;
      return checkStream({ exchange, application, room, tools });
    },
    async close() {
      reencoder.close();
      await Promise.all([scanners.close(), room.close()]);
    },
  };
}

interface Tools {
  readonly parts: UploadsParts;
  readonly scanners: Scanners;
  readonly reencoder: Reencoder;
}

/** Whether refusals by type, size and content count; what scanners find always does. */
function isEnforced(exchange: Exchange, { action }: RouteUploads): boolean {
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
  const settings = uploadsFor(application, exchange);
  const { uploadBytesMax: bytesMax } = application.body;
  const taken = await takeStream({ exchange, settings, bytesMax, room, isEnforced: isEnforced(exchange, settings) });
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
  const settings = uploadsFor(application, exchange);
  const { ask } = tools.parts;
  const enforced = isEnforced(exchange, settings);
  const policy = filePolicy(settings);
  const files = await judgeFiles(taken, { scanners: tools.scanners, settings, policy });
  if (files.length === 0) return await passOn(exchange, taken, { files, pictures: [], mayChange: enforced });
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
  return await conclude(exchange, files, { taken, tools, enforced, settings, policy });
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
      seen.scans = await tools.scanners.scan(seen.file.content, seen.file.hash, { limits, mayHoldFiles: seen.mayHoldFiles });
    }),
  );
}
