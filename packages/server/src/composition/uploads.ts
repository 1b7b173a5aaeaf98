import type { Answer, Ask, EventRecord, PictureHealth, ScannerHealth } from '@holdfast/contract';
import { FILE_LIMITS } from '@holdfast/inspect';
import type { Applications } from '../domains/applications/index.ts';
import { createUploads, type Uploads, type UploadScanner } from '../domains/protection/index.ts';
import { cutOff } from '../gateway/upload/images/cut-off.ts';
import { sharpVersion } from '../gateway/upload/images/reencoder.ts';
import { askClamd, clamdAddress } from '../gateway/upload/scan/clamd-talk.ts';
import { createScanners, type Scanners } from '../gateway/upload/scan/scanners.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openRules, type Rules } from '../platform/yara/open-rules.ts';

const DETAIL_MAX = 400;
const CLAMD_MS = 2000;
/** As verdicts tell it. */
const VERSION_CHARS_MAX = 128;

interface Knowing {
  readonly applications: Applications;
  readonly metrics: Pick<Metrics, 'count'>;
}

type UploadAsk = Parameters<Uploads['answer']>[0];
export const isAboutUploads = (ask: Ask): ask is UploadAsk =>
  ask.kind === 'upload-known' || ask.kind === 'upload-keep' || ask.kind === 'upload-stored';

/** Kept files, and what looks at them again. */
export function openUploads(foundation: Foundation, { applications, metrics }: Knowing): Uploads {
  const { config, db, bus, clock, log, keyring, dataDir, stack } = foundation;
  const { quarantineBytesMax: bytesMax, retentionDays } = config.uploads;
  const scanner = createKeptScanner(foundation);
  const parts = { db, bus, clock, log, keyring, dataDir, applications, scanner, node: config.node, bytesMax, retentionDays };
  const uploads = stack.use(createUploads(parts));
  return {
    ...uploads,
    // Without keys nothing can be kept, and nothing that was is readable: gateways are told that nobody knows.
    answer: async (ask): Promise<Answer> => (keyring.isSealed ? { kind: 'failed' } : uploads.answer(ask)),
    observe(event) {
      uploads.observe(event);
      countUpload(event, metrics);
    },
    [Symbol.asyncDispose]: async () => uploads[Symbol.asyncDispose](),
  };
}

const COUNTED = new Map([
  ['upload.passed', 'passed'],
  ['upload.refused', 'refused'],
  ['upload.held', 'held'],
  ['upload.infected', 'infected'],
]);

function countUpload({ type, application }: EventRecord, metrics: Knowing['metrics']): void {
  const outcome = COUNTED.get(type);
  if (outcome !== undefined) metrics.count('holdfast_uploads_total', [application ?? 'none', outcome]);
}

/** The scanners that gateways have, for files that are kept already. */
function createKeptScanner({ config, clock, log, stack }: Foundation): UploadScanner {
  const { clamd, rulesFolder } = config.uploads;
  let opened: Promise<Rules> | null = null;
  let scanners: Scanners | null = null;
  // Compiled when something is to be scanned: a command that lists bans has no use for rules.
  const rules = async (): Promise<Rules> => {
    opened ??= openRules({
      folder: rulesFolder,
      onChange: ({ version }) => log.info({ version }, 'other rules for uploads are in force'),
      onRefused: (faults) => log.error({ faults }, 'the rules for uploads do not compile; those before stay in force'),
    });
    return opened;
  };
  stack.defer(async () => {
    await scanners?.close();
    await (await opened)?.[Symbol.asyncDispose]();
  });
  return {
    async scan({ fd, bytes, hash }) {
      // Gateways tell of scanners that go away; this one is asked now and then only.
      scanners ??= createScanners({ settings: config.uploads, clock, log, onChange: () => {}, remembers: false });
      return scanners.scan({ kind: 'disk', size: bytes, fd, clearedBy: null }, hash, { limits: FILE_LIMITS, mayHoldFiles: true });
    },
    pictures: async () => pictureHealth(config.uploads.sharp),
    health: async () => [yaraHealth(await rules()), ...(clamd === null ? [] : [await clamdHealth(clamd)])],
  };
}

function yaraHealth(rules: Rules): ScannerHealth {
  const { set, faults } = rules.current();
  const [fault] = faults;
  const place = typeof fault?.line === 'number' ? `:${fault.line}:${fault.column ?? 0}` : '';
  const why = fault === undefined ? '' : `${fault.file}${place}: ${fault.detail}`;
  if (set === null)
    return { scanner: 'yara', state: 'down', version: '', detail: `no rules can be loaded here. ${why}`.slice(0, DETAIL_MAX) };
  const detail = `${set.rules} rules in ${set.files} files${why === '' ? '' : `; the newest are not in force: ${why}`}`;
  return { scanner: 'yara', state: 'up', version: set.version, detail: detail.slice(0, DETAIL_MAX) };
}

async function clamdHealth(address: string): Promise<ScannerHealth> {
  const told = await askClamd({ at: clamdAddress(address), timeoutMs: CLAMD_MS }, 'VERSION');
  const state = told === null ? 'down' : 'up';
  const detail = told === null ? `${address} does not answer` : address;
  return { scanner: 'clamd', state, version: (told ?? '').slice(0, VERSION_CHARS_MAX), detail };
}

async function pictureHealth(folder: string | null): Promise<Omit<PictureHealth, 'applications'>> {
  const version = await sharpVersion(folder);
  if (version === null) {
    const detail = 'sharp is not installed or does not run here: pictures of such routes are held';
    return { state: 'down', version: '', detail };
  }
  const { hasNetwork, isLimited } = await cutOff();
  if (!hasNetwork && isLimited) return { state: 'up', version, detail: 'each in a process without network, within limits' };
  const lacks = [...(hasNetwork ? ['its network cannot be taken away'] : []), ...(isLimited ? [] : ['it has no limits'])];
  return { state: 'bounded', version, detail: `in a process of its own, but ${lacks.join(' and ')} on this system` };
}
