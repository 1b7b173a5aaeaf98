import type { Clock } from '../platform/clock.ts';
import type { Step } from './exchange.ts';
import type { InspectionThreads } from './inspection/inspection-threads.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { accept } from './steps/accept.ts';
import { ban } from './steps/ban.ts';
import { decode } from './steps/decode.ts';
import { forward } from './steps/forward.ts';
import { identifyApplication } from './steps/identify-application.ts';
import { inspect } from './steps/inspect.ts';
import { ownPaths } from './steps/own-paths.ts';
import { rate } from './steps/rate.ts';
import { schema } from './steps/schema.ts';
import type { Upstreams } from './upstream/upstreams.ts';
import type { WebSocketRelays } from './upstream/websocket.ts';

export interface PipelineParts {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly threads: InspectionThreads;
  readonly upstreams: Upstreams;
  readonly webSockets: WebSocketRelays;
}

/** The way of a request, top to bottom. The record is written after whatever step ends it (`run-pipeline.ts`). */
export function createPipeline({ clock, limiter, threads, upstreams, webSockets }: PipelineParts): readonly Step[] {
  return [
    accept,
    identifyApplication(clock),
    ban(clock),
    rate(limiter, clock),
    ownPaths,
    decode(threads),
    inspect(clock),
    schema(clock),
    forward({ upstreams, webSockets, clock }),
  ];
}
