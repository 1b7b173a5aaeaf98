import type { ScannerSettings, ScannerVerdict } from '@holdfast/contract';
import type { FileClaim, FileJudgement, FileLimits, FilePolicy } from '@holdfast/inspect';
import { judgeFile } from '@holdfast/inspect';
import type { Clock } from '../../../platform/clock.ts';
import type { GatewayLog } from '../../log.ts';
import type { Content } from '../content.ts';
import { fileBytes } from '../content.ts';
import { stripPicture } from '../images/strip-picture.ts';
import type { Stripped } from '../images/strip-picture.ts';
import { Clamd } from './clamd.ts';
import { optimiseWords } from './optimise-words.ts';
import type { MemberHit, ThreadContent } from './thread-protocol.ts';
import { createUploadThreads } from './upload-threads.ts';
import type { UploadThreads } from './upload-threads.ts';
import { VerdictCache } from './verdict-cache.ts';

/** Larger files are judged in another thread. */
const INLINE_BYTES_MAX = 65_536;
/** A large archive is unpacked twice, to be judged and to be scanned. */
const JOB_TIMEOUTS = 6;

export interface ScannerChange {
  readonly scanner: 'yara' | 'clamd';
  readonly state: 'up' | 'down';
  readonly version: string;
  readonly detail: string;
}

export interface ScanTask {
  readonly limits: FileLimits;
  /** False = it was judged, and nothing that was found of it holds other files. */
  readonly mayHoldFiles: boolean;
}

export interface Scanners {
  /** Null = nobody could judge it: to be treated as a file that is not what it should be. */
  judge(content: Content, claim: FileClaim, policy: FilePolicy): Promise<FileJudgement | null>;
  /** What every configured scanner says. Never rejects; a scanner that could not look says `failed`. */
  scan(content: Content, hash: string, task: ScanTask): Promise<readonly ScannerVerdict[]>;
  /** What is left of a picture without metadata; null = it cannot be taken apart, or nobody could in time. */
  strip(content: Content, type: string): Promise<Stripped | null>;
  close(): Promise<void>;
}

export interface ScannersParts {
  readonly settings: Pick<ScannerSettings, 'clamd' | 'timeoutMs' | 'atOnce' | 'rulesFolder'>;
  readonly clock: Clock;
  readonly log: GatewayLog;
  readonly onChange: (change: ScannerChange) => void;
  /** False = each file is looked at, also when the same octets were a moment ago. */
  readonly remembers?: boolean;
}

/**
 * Judges and scans files: for uploads that wait in a gateway, and for kept files that are looked at again.
 *
 * @example (await scanners.scan(content, hash, { limits: FILE_LIMITS, mayHoldFiles: true })).some(({ verdict }) => verdict !== 'clean')
 */
export function createScanners({ settings, clock, log, onChange, remembers = true }: ScannersParts): Scanners {
  const { rulesFolder, timeoutMs } = settings;
  const threads = createUploadThreads({ log, rulesFolder, timeoutMs: timeoutMs * JOB_TIMEOUTS });
  const clamd =
    settings.clamd === null
      ? null
      : new Clamd({
          address: settings.clamd,
          timeoutMs,
          atOnce: settings.atOnce,
          clock,
          onChange: (state, version, detail) => onChange({ scanner: 'clamd', state, version, detail }),
        });
  const cache = new VerdictCache(clock);
  const yara = new Yara(threads, onChange);
  const cached = async (hash: string, scanner: Yara | Clamd, run: () => Promise<ScannerVerdict>): Promise<ScannerVerdict> => {
    const held = !remembers ? null : cache.find(hash, scanner === yara ? 'yara' : 'clamd', scanner.version);
    if (held !== null) return held;
    const verdict = await run();
    cache.keep(hash, verdict);
    return verdict;
  };
  return {
    judge: (content, claim, policy) => judge(threads, content, { claim, policy }),
    async scan(content, hash, task) {
      const scans = [cached(hash, yara, () => yara.scan(content, task))];
      if (clamd !== null) scans.push(cached(hash, clamd, () => clamd.scan(content)));
      return await Promise.all(scans);
    },
    strip: (content, type) => strip(threads, content, type),
    close: () => threads.close(),
  };
}

interface Claimed {
  readonly claim: FileClaim;
  readonly policy: FilePolicy;
}

async function judge(threads: UploadThreads, content: Content, { claim, policy }: Claimed): Promise<FileJudgement | null> {
  if (content.size <= INLINE_BYTES_MAX) {
    optimiseWords();
    return judgeFile(fileBytes(content), claim, policy);
  }
  const result = await threads.run({ kind: 'judge', content: threadContent(content), claim, policy });
  return result.kind === 'judged' ? result.judgement : null;
}

async function strip(threads: UploadThreads, content: Content, type: string): Promise<Stripped | null> {
  if (content.size <= INLINE_BYTES_MAX) return stripPicture(fileBytes(content), type);
  const result = await threads.run({ kind: 'strip', content: threadContent(content), type });
  return result.kind === 'stripped' ? result.stripped : null;
}

/** Only the octets of the file cross over: a slice would take the whole body along. */
function threadContent(content: Content): ThreadContent {
  return content.kind === 'disk' ? content : { kind: 'memory', size: content.size, bytes: new Uint8Array(content.bytes) };
}

/** The rules of this installation and of the operator. */
class Yara {
  readonly #threads: UploadThreads;
  readonly #onChange: ScannersParts['onChange'];
  #isDown = false;
  version = '';

  constructor(threads: UploadThreads, onChange: ScannersParts['onChange']) {
    this.#threads = threads;
    this.#onChange = onChange;
  }

  async scan(content: Content, task: ScanTask): Promise<ScannerVerdict> {
    const result = await this.#threads.run({ kind: 'scan', content: threadContent(content), ...task });
    if (result.kind !== 'scanned') {
      const detail = result.kind === 'failed' ? result.detail : 'failed';
      if (detail === 'no rules can be loaded here') this.#turn('down', detail);
      return { scanner: 'yara', verdict: 'failed', detail, version: this.version };
    }
    this.version = result.version;
    this.#turn('up', '');
    const [first] = result.hits.filter(({ hit }) => hit.severity !== 'info');
    const verdict = first === undefined ? 'clean' : 'infected';
    return { scanner: 'yara', verdict, detail: first === undefined ? '' : nameOf(first), version: this.version };
  }

  #turn(state: 'up' | 'down', detail: string): void {
    const isDown = state === 'down';
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    this.#onChange({ scanner: 'yara', state, version: this.version, detail });
  }
}

const nameOf = ({ place, hit }: MemberHit): string => (place === 'file' ? hit.rule : `${hit.rule} in ${place}`).slice(0, 200);
