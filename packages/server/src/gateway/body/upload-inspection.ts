import { DECODE_LIMITS, inspectRequest, multipartBoundary } from '@holdfast/inspect';
import type { Field } from '@holdfast/inspect';
import type { Application } from '@holdfast/contract';
import { refusesDoubt } from '../limits/canary.ts';
import type { Exchange, Refused, StreamInspection } from '../exchange.ts';
import { optionsFor } from '../inspection/inspect-options.ts';
import { weighFindings } from '../inspection/weigh-findings.ts';
import { refuseUnread, weighPatches } from '../patches/weigh-patches.ts';
import { filesInFields } from '../upload/take/files-in-fields.ts';
import type { TakenFile } from '../upload/take/taken-body.ts';
import { isFileType } from './file-type.ts';
import { weighSchema } from '../schema/weigh-schema.ts';
import { MultipartReader } from './multipart-reader.ts';
import type { EncodedPart, FilePart, MultipartFault, MultipartStep } from './multipart-reader.ts';

/**
 * How an upload is read while it streams. Null = not at all: the whole body is one file. Padding a form with a file
 * until it is too large to hold must not carry the rest of it past the rules.
 */
export function uploadInspection(exchange: Exchange, application: Application): StreamInspection | Refused | null {
  const type = exchange.head.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  // `body-plan.ts` lets these two stream and nothing else.
  if (isFileType(type)) return null;
  const found = multipartBoundary(type);
  if (found.kind === 'boundary') return new MultipartInspection(exchange, application, found.boundary);
  return faultMeaning(exchange, found);
}

/** What can be read in two ways is refused in enforce mode and recorded otherwise, as in the decode step. */
function faultMeaning(exchange: Exchange, fault: MultipartFault): Refused | null {
  const detail = fault.kind === 'ambiguous' ? fault.reason : fault.limit;
  const reason = `decode-${detail}`;
  if (refusesDoubt(exchange)) {
    const code = fault.kind === 'ambiguous' ? 'request-ambiguous' : 'body-too-large';
    return { kind: 'refused', code, reason, closeConnection: true };
  }
  const { record } = exchange;
  record.outcome = 'recorded';
  record.reason = reason;
  record.steps.push({ step: 'decode', verdict: 'recorded', detail: `${fault.kind} ${detail} in ${fault.location}` });
  return null;
}

/** The beginning of a longer one is one character longer than any other. */
const isWhole = ({ value }: Field): boolean => value.length <= DECODE_LIMITS.streamedFieldBytesMax;

class MultipartInspection implements StreamInspection {
  readonly #exchange: Exchange;
  readonly #application: Application;
  readonly #reader: MultipartReader;
  readonly fieldFiles: TakenFile[] = [];
  /** A fault was only recorded: what follows has no one reading any more and passes. */
  #hasGivenUp = false;

  get files(): readonly FilePart[] {
    return this.#reader.files;
  }

  get encoded(): readonly EncodedPart[] {
    return this.#reader.encoded;
  }

  get isBlind(): boolean {
    return this.#hasGivenUp;
  }

  // oxlint-disable-next-line max-params -- one private caller
  constructor(exchange: Exchange, application: Application, boundary: string) {
    this.#exchange = exchange;
    this.#application = application;
    this.#reader = new MultipartReader(boundary);
  }

  push(chunk: Uint8Array): readonly Uint8Array[] | Refused {
    if (this.#hasGivenUp) return [chunk];
    return this.#reader.passOver(chunk) ?? this.#judge(this.#reader.push(chunk));
  }

  end(): readonly Uint8Array[] | Refused {
    return this.#hasGivenUp ? [] : this.#judge(this.#reader.end());
  }

  #judge({ fields, bytes, fault }: MultipartStep): readonly Uint8Array[] | Refused {
    const blocked = fields.length === 0 ? null : this.#inspect(fields);
    if (blocked !== null) return blocked;
    this.fieldFiles.push(...filesInFields(fields.filter(isWhole)));
    if (fault === null) return [bytes];
    const refused = faultMeaning(this.#exchange, fault) ?? refuseUnread(this.#exchange, this.#exchange.startedAtMs);
    if (refused !== null) return refused;
    this.#hasGivenUp = true;
    return [bytes, this.#reader.rest()];
  }

  #inspect(fields: readonly Field[]): Refused | null {
    const { head, record, startedAtMs } = this.#exchange;
    const request = { method: head.method, path: head.path, fields };
    const { findings, score } = inspectRequest(request, optionsFor(this.#exchange, request, this.#application));
    record.score = Math.max(record.score, score);
    const found = { findings, now: startedAtMs };
    const judged = findings.length === 0 ? null : weighFindings(this.#exchange, this.#application, found);
    const patched =
      judged?.kind === 'refused' ? judged : weighPatches(this.#exchange, { request, isPart: true, now: startedAtMs });
    const result = patched.kind === 'refused' ? patched : weighSchema(this.#exchange, request, startedAtMs);
    // Most of the body has not come; its connection cannot carry another request.
    return result.kind === 'refused' ? { ...result, closeConnection: true } : null;
  }
}
