import { createOverview } from '../api/overview/overview.ts';
import type { WatchPort } from '../api/parts.ts';
import { createStreams } from '../api/streams/streams.ts';
import type { Core } from './core.ts';

/** What the console shows beside lists: the verdict, counted traffic, and what happens now. */
export function createWatching({ domains, traffic, audit, held, clock }: Core): WatchPort {
  const { identity, sessions } = domains;
  const certificates = () => held.certificates?.describe() ?? [];
  return {
    traffic,
    sessions,
    identity,
    clock,
    overview: createOverview({ ...domains, traffic, certificates, clock }),
    streams: createStreams({ audit, traffic, clock, onSessionsEnded: (listener) => sessions.onEnded(listener) }),
  };
}
