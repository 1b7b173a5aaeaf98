import { discardRest } from '../../body/discard-rest.ts';
import { contentType, essence } from '../../body/file-type.ts';
import type { Exchange, Refused } from '../../exchange.ts';
import { isRefusedForContent } from '../../upstream/upload-stream.ts';
import type { RouteUploads } from '../route-settings.ts';
import { receive } from './arrival.ts';
import { SpoolFault } from '../spool/spool-fault.ts';
import type { SpoolRoom } from '../spool/spool-room.ts';
import { Splitter } from './splitter.ts';
import type { TakenBody } from './taken-body.ts';

interface Taking {
  readonly exchange: Exchange;
  readonly settings: RouteUploads;
  /** Of the whole body. */
  readonly bytesMax: number;
  readonly room: SpoolRoom;
  /** What is not taken, too large or too much ends the request at once. */
  readonly isEnforced: boolean;
}

/** A body that streams is read to its end before any of it goes on: fields judged on the way, files each into a spool. */
export async function takeStream({ exchange, settings, bytesMax, room, isEnforced }: Taking): Promise<TakenBody | Refused> {
  const { body } = exchange;
  const parts = body.kind === 'stream' ? body.inspection : null;
  askForBody(exchange);
  const splitter = new Splitter(room, parts, parts === null ? essence(contentType(exchange)) : null);
  let fault: Refused | null = null;
  try {
    fault = await receive(exchange, bytesMax, (arrived) => {
      const waiting = splitter.take(arrived);
      const over = isEnforced ? splitter.over(settings) : null;
      if (over !== null) throw new OverLimit(over);
      return waiting;
    });
    if (fault === null) return await splitter.finish();
  } catch (cause) {
    splitter.close();
    const refused = meaningOf(cause);
    if (refused === null) throw cause;
    await discardRest(exchange);
    return refused;
  }
  splitter.close();
  if (isRefusedForContent(fault)) await discardRest(exchange);
  return fault;
}

/** Only now that the head has passed every step before may a waiting client send (RFC 9110 §10.1.1). */
function askForBody({ outgoing, transport }: Exchange): void {
  if (transport?.expectsContinue === true && 'writeContinue' in outgoing && !outgoing.headersSent) outgoing.writeContinue();
}

class OverLimit extends Error {}

function meaningOf(cause: unknown): Refused | null {
  if (cause instanceof SpoolFault)
    return {
      kind: 'refused',
      code: 'service-unavailable',
      reason: cause.reason,
      retryAfterSeconds: 5,
      closeConnection: true,
    };
  if (!(cause instanceof OverLimit)) return null;
  const { message } = cause;
  const code = message === 'not-taken' ? 'upload-refused' : 'body-too-large';
  return { kind: 'refused', code, reason: `upload-${message}`, closeConnection: true };
}
