import type { Exchange, StepResult } from '../exchange.ts';
import type { InspectionThreads } from '../inspection/inspection-threads.ts';
import { decodeFields } from './decode-fields.ts';
import { inflate } from './inflate.ts';
import { readBody } from './read-body.ts';
import { uploadInspection } from './upload-inspection.ts';

/** The head is decoded now; the fields of a form are read as they pass. */
export function streamBody(
  exchange: Exchange,
  lengthBytes: number | null,
  threads: InspectionThreads,
): StepResult | Promise<StepResult> {
  const { application } = exchange;
  const inspection = application === null ? null : uploadInspection(exchange, application);
  if (inspection !== null && 'kind' in inspection) return inspection;
  exchange.body = { kind: 'stream', lengthBytes, inspection };
  return decodeFields(exchange, null, threads);
}

interface BufferPlan {
  readonly bytesMax: number;
  readonly mayStream: boolean;
  readonly encoding: string | null;
}

/** The whole body is read, inflated within bounds and decoded. */
export function bufferBody(exchange: Exchange, plan: BufferPlan, threads: InspectionThreads): StepResult | Promise<StepResult> {
  const { transport, outgoing } = exchange;
  const whole = transport?.wholeBody ?? null;
  if (whole === null) return readAndDecode(exchange, plan, threads);
  // Node closes the connection of a client that asked and was not told, although its body is here.
  if (transport?.expectsContinue === true && 'writeContinue' in outgoing) outgoing.writeContinue();
  const buffered = { bytes: whole, inflated: whole };
  return plan.encoding === null
    ? decodeBuffered(exchange, buffered, threads)
    : inflateAndDecode({ exchange, plan, threads }, whole);
}

async function readAndDecode(exchange: Exchange, plan: BufferPlan, threads: InspectionThreads): Promise<StepResult> {
  const read = await readBody(exchange, plan.bytesMax);
  if (read.kind === 'refused') return read;
  if (read.kind === 'longer') {
    if (!plan.mayStream) return { kind: 'refused', code: 'body-too-large', reason: 'body-bytes', closeConnection: true };
    // What was read is back at the front of the stream; the upload goes on as it arrives.
    return streamBody(exchange, null, threads);
  }
  return inflateAndDecode({ exchange, plan, threads }, read.bytes);
}

interface Buffering {
  readonly exchange: Exchange;
  readonly plan: BufferPlan;
  readonly threads: InspectionThreads;
}

async function inflateAndDecode({ exchange, plan, threads }: Buffering, bytes: Uint8Array): Promise<StepResult> {
  const inflated = await inflate(bytes, plan.encoding, exchange.snapshot.source.limits);
  return inflated.kind === 'refused' ? inflated : decodeBuffered(exchange, { bytes, inflated: inflated.bytes }, threads);
}

function decodeBuffered(
  exchange: Exchange,
  body: { readonly bytes: Uint8Array; readonly inflated: Uint8Array },
  threads: InspectionThreads,
): StepResult | Promise<StepResult> {
  exchange.record.requestBytes = body.bytes.length;
  exchange.body = { kind: 'buffered', ...body };
  return decodeFields(exchange, body.inflated, threads);
}
