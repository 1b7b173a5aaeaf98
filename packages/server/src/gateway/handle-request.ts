import type { Answer, Ask, ScannerSettings } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { CompiledSnapshot } from './snapshot/compiled-snapshot.ts';
import { createEventQueue } from './record/event-queue.ts';
import type { EventQueue, EventQueueParts } from './record/event-queue.ts';
import { ExchangeState } from './exchange-state.ts';
import type { ExchangeStart } from './exchange-state.ts';
import { createIdentifiers } from './identifiers.ts';
import type { Exchange } from './exchange.ts';
import type { Identifiers, RandomBytes } from './identifiers.ts';
import { createOpenExchanges } from './isolation/open-exchanges.ts';
import { createIntelTables } from './intel/intel-tables.ts';
import { tellTable } from './intel/tell-table.ts';
import { createInspectionThreads } from './inspection/inspection-threads.ts';
import { createRecentRequests, type RecentRequests } from './patches/recent-requests.ts';
import { createLearner } from './schema/learner.ts';
import type { GatewayLog } from './log.ts';
import { createPipeline } from './pipeline.ts';
import { createProtocolRejects } from './record/protocol-rejects.ts';
import type { ProtocolRejects } from './record/protocol-rejects.ts';
import { createRateLimiter } from './limits/rate-limiter.ts';
import { recordRequest } from './record/record-request.ts';
import { refuse } from './response/refusal.ts';
import { runPipeline } from './run-pipeline.ts';
import { createAccountFinder, createSessionFinder } from './sessions/session-finder.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { tellScannerChange } from './upload/tell-scanner.ts';
import { createUploads } from './upload/uploads.ts';
import { createWebSocketRelays } from './upstream/websocket.ts';
import { createVisitors } from './visitor/visitors.ts';

/** What a listener knows of a request that it hands on. */
export type ArrivedRequest = Pick<ExchangeStart, 'connection' | 'incoming' | 'outgoing' | 'transport' | 'upgrade'>;

/** Everything behind the listeners. */
export interface RequestRoom {
  handle(arrived: ArrivedRequest): void;
  readonly rejects: ProtocolRejects;
  readonly identifiers: Identifiers;
  /** What a patch would have done to recent honest requests. */
  readonly rehearse: RecentRequests['rehearse'];
  follow(snapshot: CompiledSnapshot): void;
  /** Resolves when what is loaded beside a snapshot is there, or could not be. */
  settled(): Promise<void>;
  /** Forgets these sessions and ends what is open in their name. */
  endSessions(hashes: readonly string[]): void;
  /** Ends WebSockets with 1001. */
  sayGoodbye(): void;
  close(): Promise<void>;
}

export interface RequestRoomParts {
  readonly clock: Clock;
  readonly log: GatewayLog;
  readonly node: string;
  readonly send: EventQueueParts['send'];
  readonly snapshot: () => CompiledSnapshot;
  /** A question to the control plane; never rejects. */
  readonly ask: (ask: Ask) => Promise<Answer>;
  readonly uploads: UploadPlace;
  readonly random?: RandomBytes;
}

/** How this node scans files, and where they lie meanwhile. */
export interface UploadPlace {
  readonly scanners: ScannerSettings;
  readonly folder: string;
}

const ignore = (): void => undefined;

/** What steps work with. */
function openTools({ clock, log, ask, uploads: place }: RequestRoomParts, events: EventQueue) {
  const onScannerChange = tellScannerChange(events);
  const tables = createIntelTables({ log, clock, tell: tellTable(events) });
  return {
    tables,
    threads: createInspectionThreads(log),
    sessions: createSessionFinder({ clock, ask }),
    accounts: createAccountFinder({ clock, ask }),
    visitors: createVisitors(),
    uploads: createUploads({ ask, clock, log, settings: place.scanners, spoolFolder: place.folder, onScannerChange, tables }),
  };
}

export function createRequestRoom(parts: RequestRoomParts): RequestRoom {
  const { clock, log, node, send, snapshot, ask, random } = parts;
  const identifiers = createIdentifiers(random ?? randomBytes);
  const events = createEventQueue({ clock, identifiers, node, send });
  const tools = openTools(parts, events);
  const { threads, sessions, accounts, uploads, visitors, tables } = tools;
  const rejects = createProtocolRejects(events, clock);
  const upstreams = createUpstreams();
  const webSockets = createWebSocketRelays(upstreams);
  const limiter = createRateLimiter();
  const steps = createPipeline({ clock, limiter, upstreams, webSockets, ask, current: snapshot, ...tools });
  const learner = createLearner({ clock, send });
  const recent = createRecentRequests({ clock });
  const record = recordRequest({ clock, events, rejects, visitors });
  // runPipeline hands back the very exchange it was given, which handle() below makes.
  const open = createOpenExchanges(webSockets);
  const end = {
    refuse,
    record: (exchange: Exchange) => {
      record(exchange as ExchangeState);
      learner.note(exchange);
      recent.note(exchange);
    },
    log,
  };
  return {
    handle(arrived) {
      const exchange = new ExchangeState({
        id: identifiers.requestId(),
        startedAtMs: clock.now(),
        startedMono: clock.monotonicMs(),
        snapshot: snapshot(),
        events,
        connection: arrived.connection,
        incoming: arrived.incoming,
        outgoing: arrived.outgoing,
        transport: arrived.transport,
        upgrade: arrived.upgrade,
      });
      // A response whose client resets has its error here; the record tells the outcome.
      arrived.outgoing.on('error', ignore);
      const running = runPipeline(steps, exchange, end);
      if (running === undefined) return;
      open.track(exchange, running).catch((cause: unknown) => {
        log.error({ requestId: exchange.id, cause }, 'request failed outside its steps');
        arrived.outgoing.destroy();
      });
    },
    rejects,
    identifiers,
    rehearse: (rule) => recent.rehearse(rule),
    settled: async () => tables.settled(),
    follow(next) {
      tables.follow(next.source.intel);
      for (const each of [upstreams, learner, recent, visitors]) each.follow(next.source.applications);
      open.follow(next, clock.now());
    },
    endSessions(hashes) {
      sessions.end(hashes);
      accounts.end(hashes);
      webSockets.endSessions(hashes);
    },
    sayGoodbye: () => webSockets.closeAll(),
    async close() {
      rejects.flush();
      learner.close();
      events.flush(true);
      for (const each of [upstreams, threads, uploads]) await each.close();
      events.flush(true);
    },
  };
}
