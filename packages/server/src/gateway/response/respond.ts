import type { Application } from '@holdfast/contract';
import { pipeline, Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { keepPrivate } from '../sessions/private-caching.ts';
import { takeHead } from './body-head.ts';
import type { BodyHead } from './body-head.ts';
import { cleanBodies, fingerprint, noncePlans } from './body-memory.ts';
import { bodyHeaders } from './body-headers.ts';
import type { BodyFacts } from './body-headers.ts';
import { isAskedFromOwnPage } from './client-taste.ts';
import { bombGuard, clientCoding, decoderOf, encoderOf } from './content-coding.ts';
import { cspHeaders, framingHeaders } from './csp/apply.ts';
import { judgeFor, upstreamNonceOf } from './csp/judge.ts';
import { learnInline } from './csp/learned.ts';
import type { LearnedElement } from './csp/learned.ts';
import { applyEdits, nonceStream, NonceRewriter } from './csp/nonce-rewriter.ts';
import type { NonceJudge } from './csp/nonce-rewriter.ts';
import { makeNonce } from './csp/policy.ts';
import { findLeak, SCAN_BYTES_MAX } from './errors/leak.ts';
import type { Leak, TextShape } from './errors/leak.ts';
import { headerPolicyFor } from './header-policy.ts';
import type { HardenedHeaders, HeaderPolicy } from './header-policy.ts';
import { answerMasked, decodeBeginning, maskServerError } from './masking.ts';
import { endNow, endWith, pump, pumpThrough } from './pump.ts';
import { refuse } from './refusal.ts';
import { isUtf16, treatmentFor } from './treatment.ts';
import type { Treatment } from './treatment.ts';
import { headerValue, takeUpstreamHeaders } from './upstream-headers.ts';
import type { HeaderList } from './upstream-headers.ts';
import { isGone, outgoingOf, writeHead } from './write-head.ts';

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** All of the body, when it has come with the header; then `body` need not be touched. */
  readonly whole?: Uint8Array | null;
  readonly body: Readable;
}

/** One response on its way out: what came, and what was decided about it. */
interface Reply {
  readonly exchange: Exchange;
  readonly application: Application;
  readonly policy: HeaderPolicy;
  readonly status: number;
  readonly upstreamHeaders: HeaderList;
  readonly hardened: HardenedHeaders;
  readonly treatment: Treatment;
}

// RFC 9110 §15.4.5: a 304 updates the header of the stored page; a new nonce there would not fit the stored markup.
const hasNoBody = (method: string, status: number): boolean =>
  method === 'HEAD' || status === 204 || status === 205 || status === 304;

const pushStep = (exchange: Exchange, verdict: string, detail: string): void => {
  exchange.record.steps.push({ step: 'response', verdict, detail });
};

/**
 * Sends the upstream's answer to the client, hardened. An answer that is here as a whole goes out at once, in one write;
 * otherwise a promise is returned that resolves when the last byte is out or either side has gone.
 */
export function beginResponse(exchange: Exchange, upstream: UpstreamResponse): void | Promise<void> {
  const { application } = exchange;
  const { status } = upstream;
  const headers = takeUpstreamHeaders(upstream.headers);
  if (headers === null || application === null) {
    drop(upstream);
    exchange.record.outcome = 'failed';
    refuse(exchange, { kind: 'refused', code: 'upstream-failed', reason: 'upstream-header' });
    return undefined;
  }
  if (isGone(exchange)) {
    exchange.record.reason ??= 'client-gone';
    drop(upstream);
    return undefined;
  }
  const policy = headerPolicyFor(application);
  const treatment = treatmentFor({ status, headers, application, csp: policy.csp });
  if (status >= 500 && application.maskErrors)
    return maskServerError(exchange, { status, headers, body: followed(exchange, upstream.body), coding: treatment.coding });
  const hardened = policy.harden(headers, { secure: exchange.connection.secure, host: exchange.head.host });
  if (hardened.cookiesDropped > 0) pushStep(exchange, 'cookie-dropped', `${hardened.cookiesDropped} malformed`);
  exchange.record.status = status;
  const reply: Reply = { exchange, application, policy, status, upstreamHeaders: headers, hardened, treatment };
  const whole = upstream.whole ?? null;
  if (whole !== null && isReadAtOnce(reply, whole)) return sendWhole(reply, whole);
  return stream(reply, followed(exchange, upstream.body));
}

function drop(upstream: UpstreamResponse): void {
  if ((upstream.whole ?? null) === null) upstream.body.on('error', () => undefined).destroy();
}

/** A body that ends with its client. One that nobody reads any more may still fail, which must not end the process. */
function followed(exchange: Exchange, body: Readable): Readable {
  body.on('error', () => undefined);
  outgoingOf(exchange).on('close', () => body.destroy());
  return body;
}

/** Whether everything that has to be read of a body can be read now: as it is, and not more than one look at a stream takes. */
function isReadAtOnce({ exchange, status, treatment }: Reply, whole: Uint8Array): boolean {
  if (hasNoBody(exchange.head.method, status)) return true;
  if (treatment.scan === null && !treatment.rewrites) return true;
  return treatment.coding === 'identity' && whole.byteLength <= SCAN_BYTES_MAX;
}

function sendWhole(reply: Reply, whole: Uint8Array): void | Promise<void> {
  const { exchange, treatment, status } = reply;
  if (hasNoBody(exchange.head.method, status)) {
    sendHead(reply, { nonce: null, length: treatment.rewrites ? 'none' : 'upstream', coding: null });
    endNow(exchange, null);
    return undefined;
  }
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  if (treatment.scan !== null) {
    const leak = leakIn(bytes, treatment.scan, status);
    if (leak !== null) {
      answerMasked(exchange, status, { text: bytes.toString('utf8'), leak });
      return undefined;
    }
  }
  if (treatment.rewrites) return sendPage(reply, Readable.from([]), { bytes, complete: true });
  sendHead(reply, { nonce: null, length: bytes.byteLength, coding: null });
  endNow(exchange, bytes);
  return undefined;
}

async function stream(reply: Reply, body: Readable): Promise<void> {
  const { exchange, treatment, status } = reply;
  if (hasNoBody(exchange.head.method, status)) {
    body.resume();
    sendHead(reply, { nonce: null, length: treatment.rewrites ? 'none' : 'upstream', coding: null });
    await endWith(exchange, null);
    return;
  }
  if (treatment.scan === null && !treatment.rewrites) {
    sendHead(reply, { nonce: null, length: 'upstream', coding: null });
    // An event stream may be silent for long; its reader waits for the header.
    if (treatment.isEventStream) outgoingOf(exchange).flushHeaders();
    await pump(exchange, body, { hasFloor: !treatment.isEventStream });
    return;
  }
  await sendText(reply, body);
}

interface HeadFacts extends Pick<BodyFacts, 'length' | 'coding'> {
  readonly nonce: string | null;
}

function sendHead(reply: Reply, { nonce, length, coding }: HeadFacts): void {
  const { exchange, application, policy, status, hardened, treatment } = reply;
  const { frameAncestors } = application.headers;
  const facts = { length, coding, isRewritten: treatment.rewrites, wasCompressed: treatment.coding !== 'identity' };
  const headers = bodyHeaders(hardened.headers, facts);
  if (status !== 304) {
    if (treatment.isDocument) headers.push(...cspHeaders({ policy: policy.csp, hardened, nonce }));
    headers.push(...framingHeaders(hardened, frameAncestors));
  }
  headers.push(['x-request-id', exchange.id]);
  if (exchange.setCookie !== null) headers.push(['set-cookie', exchange.setCookie]);
  writeHead(exchange, status, exchange.session === null && exchange.account === null ? headers : keepPrivate(headers));
}

/** The body as plain bytes when it will be rewritten; otherwise as it came. */
function openBody({ treatment }: Reply, body: Readable): Readable {
  const { coding } = treatment;
  if (!treatment.rewrites || coding === 'identity' || coding === 'unknown') return body;
  const { before, behind } = bombGuard();
  // Errors reach whoever reads the last stage.
  return pipeline(body, before, decoderOf(coding), behind, () => undefined);
}

function leakIn(plain: Buffer, shape: TextShape, status: number): Leak | null {
  const key = `${shape} ${status >= 400} ${fingerprint(plain)}`;
  if (cleanBodies.get(key) === true) return null;
  const leak = findLeak(plain.toString('utf8'), { shape, status });
  if (leak === null) cleanBodies.put(key, true);
  return leak;
}

/** Text is held until its beginning has been read for leaks, then goes out rewritten or as it came. */
async function sendText(reply: Reply, body: Readable): Promise<void> {
  const { exchange, treatment, status } = reply;
  const source = openBody(reply, body);
  source.on('error', () => undefined);
  let head: BodyHead;
  try {
    head = await takeHead(source, SCAN_BYTES_MAX);
  } catch {
    body.destroy();
    exchange.record.outcome = 'failed';
    refuse(exchange, { kind: 'refused', code: 'upstream-failed', reason: 'upstream-body' });
    return;
  }
  if (treatment.scan !== null) {
    const plain = treatment.rewrites ? head.bytes : await decodeBeginning(head.bytes, treatment.coding);
    const leak = leakIn(plain, treatment.scan, status);
    if (leak !== null) {
      source.destroy();
      body.destroy();
      answerMasked(exchange, status, { text: plain.toString('utf8'), leak });
      return;
    }
  }
  if (treatment.rewrites) await sendPage(reply, source, head);
  else if (head.complete) {
    sendHead(reply, { nonce: null, length: head.bytes.byteLength, coding: null });
    await endWith(exchange, head.bytes);
  } else {
    sendHead(reply, { nonce: null, length: 'upstream', coding: null });
    source.unshift(head.bytes);
    await pump(exchange, source);
  }
}

interface PageJudge extends NonceJudge {
  readonly learned: readonly LearnedElement[];
}

function judgePage({ exchange, application, policy, hardened }: Reply, nonce: string): PageJudge {
  const learned: LearnedElement[] = [];
  const upstreamNonce = upstreamNonceOf([...hardened.csp, ...hardened.cspReportOnly]);
  return { ...judgeFor({ exchange, application, policy: policy.csp, nonce, upstreamNonce, learned }), learned };
}

/** Rewrites a whole page; a page seen before is not read again, unless what is blessed depends on more than its bytes. */
function writeNonces({ exchange, application, policy, hardened }: Reply, page: Buffer, judge: PageJudge): Buffer {
  const isPlain = !policy.csp.nonceExternal && hardened.csp.length === 0 && hardened.cspReportOnly.length === 0;
  const key = isPlain ? `${policy.csp.id} ${fingerprint(page)}` : null;
  const known = key === null ? undefined : noncePlans.get(key);
  if (known !== undefined) {
    for (const element of known.learned) learnInline(exchange, application, element);
    return applyEdits(page, known.edits, judge.nonce);
  }
  const rewriter = new NonceRewriter(judge);
  const bytes = Buffer.concat([rewriter.write(page), rewriter.end()]);
  if (key !== null && rewriter.edits !== null) noncePlans.put(key, { edits: rewriter.edits, learned: judge.learned });
  return bytes;
}

async function sendPage(reply: Reply, source: Readable, head: BodyHead): Promise<void> {
  const { exchange, treatment, upstreamHeaders } = reply;
  const accept = exchange.head.headers.find(([name]) => name === 'accept-encoding')?.[1] ?? '';
  const wasCompressed = headerValue(upstreamHeaders, 'content-encoding') !== null && treatment.coding !== 'identity';
  const coding = wasCompressed && isAskedFromOwnPage(exchange.head) ? clientCoding(accept) : null;
  if (isUtf16(head.bytes)) {
    // Not ASCII-based after all: the page passes unread, and its policy lets listed hashes through only.
    pushStep(exchange, 'not-rewritten', 'utf-16');
    sendHead(reply, { nonce: null, length: 'none', coding });
    await pumpThrough(exchange, { source, head }, coding === null ? [] : [encoderOf(coding)]);
    return;
  }
  const nonce = exchange.nonce ?? makeNonce();
  exchange.nonce = nonce;
  const judge = judgePage(reply, nonce);
  if (head.complete && coding === null) {
    const bytes = writeNonces(reply, head.bytes, judge);
    sendHead(reply, { nonce, length: bytes.byteLength, coding: null });
    await endWith(exchange, bytes);
    return;
  }
  sendHead(reply, { nonce, length: 'none', coding });
  const stages = [nonceStream(judge), ...(coding === null ? [] : [encoderOf(coding)])];
  await pumpThrough(exchange, { source, head }, stages);
}
