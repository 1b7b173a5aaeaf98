import type { Answer, Ask } from '@holdfast/contract';
import type { Clock } from '../platform/clock.ts';
import type { Step } from './exchange.ts';
import type { InspectionThreads } from './inspection/inspection-threads.ts';
import type { IntelTables } from './intel/intel-tables.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';
import type { AccountFinder, SessionFinder } from './sessions/session-finder.ts';
import { accept } from './steps/accept.ts';
import { authorise } from './steps/authorise.ts';
import { ban } from './steps/ban.ts';
import { csrf } from './steps/csrf.ts';
import { decode } from './steps/decode.ts';
import { forwardAuth } from './steps/forward-auth.ts';
import { forward } from './steps/forward.ts';
import { grant } from './steps/grant.ts';
import { identifyApplication } from './steps/identify-application.ts';
import { identity } from './steps/identity.ts';
import { inspect } from './steps/inspect.ts';
import { intel } from './steps/intel.ts';
import { ownPaths } from './steps/own-paths.ts';
import { isolate, isolateFields, isolateLate } from './steps/isolate.ts';
import { patch } from './steps/patch.ts';
import { rate } from './steps/rate.ts';
import { schema } from './steps/schema.ts';
import { serviceToken } from './steps/service-token.ts';
import { session } from './steps/session.ts';
import { sessionCookie } from './steps/session-cookie.ts';
import { signIn } from './steps/sign-in.ts';
import { upload } from './steps/upload.ts';
import type { Uploads } from './upload/uploads.ts';
import type { CompiledSnapshot } from './snapshot/compiled-snapshot.ts';
import { createSignInWatch } from './sign-in/sign-in-watch.ts';
import type { Upstreams } from './upstream/upstreams.ts';
import type { WebSocketRelays } from './upstream/websocket.ts';
import type { Visitors } from './visitor/visitors.ts';

export interface PipelineParts {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly threads: InspectionThreads;
  readonly upstreams: Upstreams;
  readonly webSockets: WebSocketRelays;
  readonly sessions: SessionFinder;
  readonly accounts: AccountFinder;
  readonly uploads: Uploads;
  readonly tables: IntelTables;
  readonly visitors: Pick<Visitors, 'begun' | 'sessionOf'>;
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** By which a request that comes now is judged. */
  readonly current: () => CompiledSnapshot;
}

/** The way of a request, top to bottom. The record is written after whatever step ends it (`run-pipeline.ts`). */
export function createPipeline(parts: PipelineParts): readonly Step[] {
  const { clock, limiter, threads, upstreams, webSockets, sessions, accounts, uploads, visitors, ask, tables, current } = parts;
  const signIns = createSignInWatch({ ask, visitors });
  return [
    accept,
    forwardAuth,
    identifyApplication(clock),
    ban(clock),
    intel(tables, clock),
    isolate(clock),
    rate(limiter, clock),
    sessionCookie,
    serviceToken,
    ownPaths({ sessions, ask, clock }),
    decode(threads),
    inspect(clock),
    patch(clock),
    isolateFields(clock),
    session({ sessions, accounts, clock }),
    authorise(clock),
    csrf,
    schema(clock),
    upload(uploads),
    signIn(signIns),
    identity(clock),
    isolateLate(clock, current),
    grant,
    forward({ upstreams, webSockets, signIns, clock }),
  ];
}
