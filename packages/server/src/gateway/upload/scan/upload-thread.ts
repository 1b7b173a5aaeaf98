import { judgeFile, walkMembers } from '@holdfast/inspect';
import { parentPort, workerData } from 'node:worker_threads';
import { openRules } from '../../../platform/yara/open-rules.ts';
import { SMALL_BYTES } from '../../../platform/yara/rule-file.ts';
import type { RuleHit, RuleSet } from '../../../platform/yara/rule-set.ts';
import { fileBytes, inMemory } from '../content.ts';
import type { Content } from '../content.ts';
import { isCleared } from '../spool/clearance.ts';
import { stripPicture } from '../images/strip-picture.ts';
import { optimiseWords } from './optimise-words.ts';
import type { MemberHit, ThreadContent, UploadAnswer, UploadJob, UploadWork } from './thread-protocol.ts';

/** Judging and scanning of uploads, in a thread of its own: a large archive takes seconds, and everybody else goes on meanwhile. */
const WINDOW_BYTES = 4_194_304;
/** What a rule may need to see in one piece, of members that are larger than a window. */
const OVERLAP_BYTES = 65_536;
const HITS_MAX = 16;

// Written by `upload-threads.ts`, which starts this thread.
const { rulesFolder } = workerData as { rulesFolder: string | null };
const opening = openRules({ folder: rulesFolder }).catch(() => null);
optimiseWords();

const contentOf = (content: ThreadContent): Content =>
  content.kind === 'disk'
    ? content
    : inMemory(Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.byteLength));

async function answer({ id, work }: UploadJob): Promise<UploadAnswer> {
  if (work.kind === 'judge')
    return { id, kind: 'judged', judgement: judgeFile(fileBytes(contentOf(work.content)), work.claim, work.policy) };
  if (work.kind === 'strip')
    return { id, kind: 'stripped', stripped: stripPicture(fileBytes(contentOf(work.content)), work.type) };
  const set = (await opening)?.current().set ?? null;
  if (set === null) return { id, kind: 'failed', detail: 'no rules can be loaded here' };
  return { id, kind: 'scanned', hits: scan(work, set), version: set.version };
}

function scan({ content, limits, mayHoldFiles }: Extract<UploadWork, { kind: 'scan' }>, set: RuleSet): readonly MemberHit[] {
  const held = contentOf(content);
  const hits: MemberHit[] = [];
  for (const hit of scanWhole(held, set)) hits.push({ place: 'file', hit });
  if (!mayHoldFiles) return hits.slice(0, HITS_MAX);
  const windows = new Windows();
  walkMembers(fileBytes(held), limits, ({ place }) => {
    windows.flush(set, hits);
    if (hits.length >= HITS_MAX) return undefined;
    windows.begin(place);
    return (chunk) => windows.take(chunk, set, hits);
  });
  windows.flush(set, hits);
  return hits.slice(0, HITS_MAX);
}

/** Most large files hold nothing that a rule could not do without: those are not shown to the rules. */
function scanWhole(held: Content, set: RuleSet): readonly RuleHit[] {
  if (held.size >= SMALL_BYTES) {
    const isKnown = held.kind === 'disk' && held.clearedBy === set.version;
    if (isKnown || isCleared(fileBytes(held), set)) return [];
  }
  return held.kind === 'memory' ? set.scanBytesHere(held.bytes) : set.scanFileHere(`${descriptors()}/${held.fd}`, held.size);
}

/** A file without a name is opened anew by its descriptor (proc(5); fd(4) elsewhere). */
const descriptors = (): string => (process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd');

/** One member at a time, as much of it in memory as a window holds. */
class Windows {
  #room = Buffer.alloc(0);
  #used = 0;
  #place: string | null = null;
  #hasMore = false;

  begin(place: string): void {
    this.#place = place;
    this.#used = 0;
    this.#hasMore = false;
  }

  // oxlint-disable-next-line max-params -- two private callers
  take(chunk: Uint8Array, set: RuleSet, hits: MemberHit[]): void {
    for (let from = 0; from < chunk.length;) {
      const count = Math.min(chunk.length - from, WINDOW_BYTES - this.#used);
      this.#grow(this.#used + count);
      this.#room.set(chunk.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
      this.#hasMore = true;
      if (this.#used === WINDOW_BYTES) this.#slide(set, hits);
    }
  }

  flush(set: RuleSet, hits: MemberHit[]): void {
    if (this.#place === null || !this.#hasMore) return;
    const bytes = this.#room.subarray(0, this.#used);
    for (const hit of scanWhole(inMemory(bytes), set)) hits.push({ place: this.#place, hit });
    this.#place = null;
  }

  #slide(set: RuleSet, hits: MemberHit[]): void {
    const place = this.#place;
    this.flush(set, hits);
    this.#place = place;
    this.#room.copyWithin(0, WINDOW_BYTES - OVERLAP_BYTES, WINDOW_BYTES);
    this.#used = OVERLAP_BYTES;
    this.#hasMore = false;
  }

  #grow(bytes: number): void {
    if (bytes <= this.#room.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, Math.max(bytes, this.#room.length * 2, OVERLAP_BYTES)));
    this.#room.copy(grown, 0, 0, this.#used);
    this.#room = grown;
  }
}

async function settle(job: UploadJob): Promise<UploadAnswer> {
  try {
    return await answer(job);
  } catch {
    // The message may quote the file.
    return { id: job.id, kind: 'failed', detail: `${job.work.kind} failed` };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of this process, not a window
const tell = async (job: UploadJob): Promise<void> => parentPort?.postMessage(await settle(job));
parentPort?.on('message', (job: UploadJob) => void tell(job));
