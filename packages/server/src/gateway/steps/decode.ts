import { bodyPlan } from '../body/body-plan.ts';
import { decodeFields } from '../body/decode-fields.ts';
import { inflate } from '../body/inflate.ts';
import { readBody } from '../body/read-body.ts';
import { uploadInspection } from '../body/upload-inspection.ts';
import type { Exchange, Step, StepResult } from '../exchange.ts';

/**
 * Reads the body and decodes the request, once for all later steps. What can be read in two ways is refused in enforce mode
 * and recorded otherwise; limits hold in every mode, because they protect the gateway itself.
 */
export const decode: Step = {
  name: 'decode',
  onFailure: 'block',
  run(exchange) {
    const plan = bodyPlan(exchange);
    if (plan.kind === 'refused') return plan;
    if (plan.kind === 'buffer') return buffer(exchange, plan);
    return plan.kind === 'stream' ? stream(exchange, plan.lengthBytes) : decodeFields(exchange, null);
  },
};

/** The head is decoded now; the fields of a form are read as they pass. */
function stream(exchange: Exchange, lengthBytes: number | null): StepResult {
  const { application } = exchange;
  const inspection = application === null ? null : uploadInspection(exchange, application);
  if (inspection !== null && 'kind' in inspection) return inspection;
  exchange.body = { kind: 'stream', lengthBytes, inspection };
  return decodeFields(exchange, null);
}

interface BufferPlan {
  readonly bytesMax: number;
  readonly mayStream: boolean;
  readonly encoding: string | null;
}

function buffer(exchange: Exchange, plan: BufferPlan): StepResult | Promise<StepResult> {
  const { transport, outgoing } = exchange;
  const whole = transport?.wholeBody ?? null;
  if (whole === null) return readAndDecode(exchange, plan);
  // Node closes the connection of a client that asked and was not told, although its body is here.
  if (transport?.expectsContinue === true && 'writeContinue' in outgoing) outgoing.writeContinue();
  return plan.encoding === null ? decodeBuffered(exchange, whole, whole) : inflateAndDecode(exchange, whole, plan);
}

async function readAndDecode(exchange: Exchange, plan: BufferPlan): Promise<StepResult> {
  const read = await readBody(exchange, plan.bytesMax);
  if (read.kind === 'refused') return read;
  if (read.kind === 'longer') {
    if (!plan.mayStream) return { kind: 'refused', code: 'body-too-large', reason: 'body-bytes', closeConnection: true };
    // What was read is back at the front of the stream; the upload goes on as it arrives.
    return stream(exchange, null);
  }
  return inflateAndDecode(exchange, read.bytes, plan);
}

async function inflateAndDecode(exchange: Exchange, bytes: Uint8Array, plan: BufferPlan): Promise<StepResult> {
  const inflated = await inflate(bytes, plan.encoding, exchange.snapshot.source.limits);
  return inflated.kind === 'refused' ? inflated : decodeBuffered(exchange, bytes, inflated.bytes);
}

function decodeBuffered(exchange: Exchange, bytes: Uint8Array, inflated: Uint8Array): StepResult {
  exchange.record.requestBytes = bytes.length;
  exchange.body = { kind: 'buffered', bytes, inflated };
  return decodeFields(exchange, inflated);
}
