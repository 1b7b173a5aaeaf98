import { controlEvents, EVENTS, requestCompleted, type EventRecord, type ExportView, type VerifyView } from '@holdfast/contract';
import path from 'node:path';
import { isAudited } from '../../platform/bus/new-event.ts';
import type { Recorder } from '../../platform/bus/bus.ts';
import type { SealedArea } from '../../platform/keyring/sealed-area.ts';
import { Refusal } from '../../platform/refusal.ts';
import { writeExport } from './export.ts';
import { writeLeaf } from './leaves/leaf.ts';
import { createLive, type Live } from './live.ts';
import { openParts, type AuditParts, type Opened } from './open-parts.ts';
import { createProofs, type Proofs } from './tree/proofs.ts';
import { createQueries, type Journals, type Queries } from './projection/queries.ts';
import { RequestJournal } from './projection/request-journal.ts';
import { Intake } from './intake.ts';
import { forgetPaths } from './projection/store.ts';

/** Some 20 MB of the latest requests that were simply let through. */
const ALLOWED_REQUESTS_MAX = 20_000;
const DECIDED_REQUESTS_MAX = 2000;

export interface AuditStatus {
  readonly size: number;
  /** `open`, or why records are refused (`full`, `fenced`, `closed`) or no head is signed (`damaged`). */
  readonly state: string;
  readonly published: number;
  readonly projected: number;
  /** Events lost before they could be recorded, since the start. */
  readonly lost: number;
  readonly origin: string;
}

type Actor = EventRecord['actor'];

export interface Audit extends Recorder, Queries, Proofs, Pick<Live, 'onRecorded'>, AsyncDisposable {
  /** Events of the gateway: never waited for, never dropped without a count that becomes a record. */
  ingest(events: readonly EventRecord[], dropped: number): void;
  /** Reads the whole ledger again and names every place that does not fit; changes nothing. */
  verify(): Promise<VerifyView>;
  /** One round of the scrubber now, with repairs. */
  scrub(): Promise<void>;
  export(name: string, actor?: Actor): Promise<ExportView>;
  rotateKey(actor?: Actor): Promise<{ readonly verifierKey: string; readonly previousKey: string; readonly fromSize: number }>;
  /** Destroys the subject's key and proves it: no text of the subject can be read any more, every hash stays. */
  eraseSubject(subject: string, basis: string, actor?: Actor): Promise<{ readonly index: number }>;
  status(): AuditStatus;
  /** When the key that signs heads was made; null = nobody wrote it down. */
  keyMadeAt(): number | null;
  readonly trust: string;
  /** The private halves of the keys that sign heads. */
  readonly sealed: SealedArea;
  /** What was ingested so far is durable and has a row. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the ledger of this node, which is recovering it, and becomes the recorder of the bus.
 *
 * @example const audit = await openAudit({ platform: foundation, settings: config.audit, node: config.node });
 */
export async function openAudit(parts: AuditParts): Promise<Audit> {
  const { bus, clock, log, subjectKeys, db } = parts.platform;
  const journals: Journals = {
    allowed: new RequestJournal(ALLOWED_REQUESTS_MAX),
    decided: new RequestJournal(DECIDED_REQUESTS_MAX),
  };
  const opened = await openParts(parts);
  const { segments, publisher, projection, keys } = opened;

  const live = createLive(log);
  const write = createWriter(parts, segments, live);
  const append = async (event: EventRecord): Promise<{ index: number }> => {
    const spooled = projection.isBehindForTrouble ? projection.lag * segments.recordBytes : 0;
    if (spooled > parts.settings.spoolBytesMax)
      throw new Refusal('audit-unavailable', { detail: 'The database was away for too long.' });
    return { index: await write(event) };
  };
  const intake = new Intake({
    append: write,
    canAppend: () => segments.state === 'open',
    newGap: (payload) => bus.newEvent(controlEvents.ledgerGap, { payload }),
  });
  await opened.recover();
  bus.attachRecorder({ append });
  await opened.follow();

  const queries = createQueries({
    ...opened,
    db,
    origin: keys.origin,
    journals,
    log,
    decrypt: (value) => subjectKeys.decrypt(value),
    pseudonym: (subject) => subjectKeys.pseudonym(subject),
    monotonicMs: () => clock.monotonicMs(),
  });
  const close = async (): Promise<void> => {
    await intake.close();
    await opened.close();
  };
  return {
    append,
    onRecorded: (listener) => live.onRecorded(listener),
    ...queries,
    ...createProofs(opened),
    ...createActs({ parts, opened, journals, append }),
    ingest: (events, dropped) => ingest({ events, dropped, intake, journals, all: parts.settings.requests === 'all' }),
    verify: async () => {
      await projection.catchUp();
      return opened.scrubber.verify();
    },
    scrub: () => opened.scrubber.scrub(),
    status: () => ({
      size: segments.size,
      state: publisher.state === 'damaged' && segments.state === 'open' ? 'damaged' : segments.state,
      published: publisher.published?.size ?? 0,
      projected: projection.next,
      lost: intake.lostTotal,
      origin: keys.origin,
    }),
    get trust() {
      return keys.trustText;
    },
    settle: async () => {
      await intake.flush();
      await segments.flush();
      await projection.catchUp();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Resolves with the index once the record is durable, and tells whoever watches. */
function createWriter({ platform }: AuditParts, segments: Opened['segments'], live: Live) {
  const { clock, subjectKeys } = platform;
  return async (event: EventRecord): Promise<number> => {
    const mono = Math.round(clock.monotonicMs() * 1000);
    const index = await segments.append((seq) => writeLeaf(event, { seq, mono }, subjectKeys));
    live.tell({ ...event, index });
    return index;
  };
}

interface ActParts {
  readonly parts: AuditParts;
  readonly opened: Opened;
  readonly journals: Journals;
  readonly append: Recorder['append'];
}

/** What operators do with the ledger; each is itself a record. */
function createActs({
  parts,
  opened,
  journals,
  append,
}: ActParts): Pick<Audit, 'sealed' | 'keyMadeAt' | 'export' | 'rotateKey' | 'eraseSubject'> {
  const { bus, clock, db, subjectKeys, dataDir } = parts.platform;
  const { segments, publisher, keys, files } = opened;
  return {
    sealed: keys.sealed,
    keyMadeAt: () => keys.madeAt,
    export: async (name, actor) => {
      await publisher.publish();
      const { published } = publisher;
      if (published === null || publisher.state === 'damaged') throw new Refusal('ledger-damaged');
      const view = await writeExport({ files, keys, note: published.note, folder: path.join(dataDir, 'exports'), name });
      await bus.record(bus.newEvent(controlEvents.auditExported, { actor, target: name, payload: { size: view.size } }));
      return view;
    },
    rotateKey: async (actor) => {
      if (publisher.state === 'damaged') throw new Refusal('ledger-damaged');
      await publisher.publish();
      const fromSize = segments.size;
      const rotated = await keys.rotate(fromSize, clock.now());
      await bus.record(bus.newEvent(controlEvents.ledgerKeyRotated, { actor, payload: { ...rotated, fromSize } }));
      await publisher.publish();
      return { ...rotated, fromSize };
    },
    eraseSubject: async (subject, basis, actor) => {
      // What still waits would make a new key for the subject after the old one is gone.
      await segments.flush();
      const payload = { subject: subjectKeys.pseudonym(subject), basis };
      const event = bus.newEvent(controlEvents.subjectErased, { actor, payload });
      const recorded = await append(event);
      await subjectKeys.erase(subject);
      await forgetPaths(db, keys.origin, payload.subject);
      journals.allowed.forget(subject);
      journals.decided.forget(subject);
      return recorded;
    },
  };
}

interface IngestParts {
  readonly events: readonly EventRecord[];
  readonly dropped: number;
  readonly intake: Intake;
  readonly journals: Journals;
  readonly all: boolean;
}

function ingest({ events, dropped, intake, journals, all }: IngestParts): void {
  for (const event of events) {
    const definition = EVENTS.get(event.type);
    const isRequest = event.type === requestCompleted.type;
    // An event outside the catalogue is a record: better one too many than one missing.
    if (definition === undefined || isAudited(definition, event.outcome) || (isRequest && all)) {
      const entry = isRequest ? journals.decided.add(event) : null;
      intake.put(event, (index) => {
        if (entry !== null) entry.index = index;
      });
    } else if (isRequest) journals.allowed.add(event);
  }
  intake.lose(dropped, 'the queue of the gateway was full');
}
