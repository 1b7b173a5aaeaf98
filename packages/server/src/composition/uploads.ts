import type { Answer, Ask, EventRecord, ScannerHealth, ScannerVerdict } from '@holdfast/contract';
import type { Applications } from '../domains/applications/index.ts';
import { createUploads, type ScannedFile, type Uploads, type UploadScanner } from '../domains/protection/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openRules, type Rules } from '../platform/yara/open-rules.ts';

const DETAIL_MAX = 400;

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

function createKeptScanner({ config, log, stack }: Foundation): UploadScanner {
  const { clamd, rulesFolder } = config.uploads;
  let opened: Promise<Rules> | null = null;
  // Compiled when something is to be scanned: a command that lists bans has no use for rules.
  const rules = async (): Promise<Rules> => {
    opened ??= openRules({
      folder: rulesFolder,
      onChange: ({ version }) => log.info({ version }, 'other rules for uploads are in force'),
      onRefused: (faults) => log.error({ faults }, 'the rules for uploads do not compile; those before stay in force'),
    });
    return opened;
  };
  stack.defer(async () => (await opened)?.[Symbol.asyncDispose]());
  return {
    scan: async (file) => [await scanByRules(await rules(), file)],
    health: async () => [yaraHealth(await rules()), ...(clamd === null ? [] : [clamdHealth(clamd)])],
  };
}

async function scanByRules(rules: Rules, { path }: ScannedFile): Promise<ScannerVerdict> {
  const { set } = rules.current();
  const said = (verdict: ScannerVerdict['verdict'], detail: string) => ({ scanner: 'yara' as const, verdict, detail });
  if (set === null) return { ...said('failed', 'no rules can be loaded here'), version: '' };
  const [first] = (await set.scanFile(path)).filter(({ severity }) => severity !== 'info');
  return { ...(first === undefined ? said('clean', '') : said('infected', first.rule)), version: set.version };
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

const clamdHealth = (address: string): ScannerHealth => ({
  scanner: 'clamd',
  state: 'down',
  version: '',
  detail: `${address} is not asked here`,
});
