import type { Authorization, Client } from 'acme-client';
import type { ChallengeBook } from './acme-challenges.ts';
import { loadAcme } from './acme-directory.ts';
import type { PairPem } from './pair.ts';

export const CHALLENGE_KINDS = ['http-01', 'tls-alpn-01'] as const;
export type ChallengeKind = (typeof CHALLENGE_KINDS)[number];

/** Where an order stood when it failed: tells an operator whether to look at the directory, the names or the ports. */
export type OrderStage = 'account' | 'order' | 'challenge' | 'finalize' | 'download';

export interface OrderRequest {
  readonly client: Client;
  readonly names: readonly string[];
  readonly challenges: readonly ChallengeKind[];
  readonly book: ChallengeBook;
  readonly now: () => number;
  /** Awaited before the CA is told to look, e.g. until every listener has the answer. */
  readonly onAnswersChanged: () => Promise<void>;
  readonly onStage: (stage: OrderStage) => void;
}

/** One order from start to certificate (RFC 8555 §7.4). Throws what went wrong; the answers it published are always taken back. */
export async function runOrder(request: OrderRequest): Promise<PairPem> {
  const { client, names, onStage } = request;
  onStage('order');
  const order = await client.createOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) });
  const authorizations = await client.getAuthorizations(order);
  onStage('challenge');
  // One after the other: names of one order share listeners, and a CA that limits requests sees a calm client.
  for (const authorization of authorizations) await authorize(authorization, request);
  const ready = await client.waitForValidStatus(order);
  onStage('finalize');
  const acme = await loadAcme();
  const [key, csr] = await acme.crypto.createCsr({ altNames: [...names] }, await acme.crypto.createPrivateEcdsaKey('P-256'));
  const finalized = await client.finalizeOrder({ ...ready, url: order.url }, csr);
  onStage('download');
  const certPem = await client.getCertificate(finalized);
  return { certPem, keyPem: key.toString('latin1') };
}

async function authorize(authorization: Authorization, request: OrderRequest): Promise<void> {
  // A CA may reuse an authorization that is still valid (RFC 8555 §7.1.4): nothing left to prove.
  if (authorization.status === 'valid') return;
  const { client, book } = request;
  const challenge = chooseChallenge(authorization, request.challenges);
  const name = authorization.identifier.value;
  const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
  const { token } = challenge;
  try {
    // The library's type of a challenge leaves TLS-ALPN-01 out, though it supports it: compare as text.
    const added =
      (challenge.type as string) === 'tls-alpn-01'
        ? await book.addAlpn({ name, keyAuthorization, nowMs: request.now() })
        : book.addHttp({ token, keyAuthorization });
    if (!added) throw new Error('assertion: challenge answer was not accepted');
    await request.onAnswersChanged();
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  } finally {
    book.removeHttp(token);
    book.removeAlpn(name);
    await request.onAnswersChanged();
  }
}

type Challenge = Authorization['challenges'][number];

function chooseChallenge(authorization: Authorization, kinds: readonly ChallengeKind[]): Challenge {
  for (const kind of kinds) {
    const found = authorization.challenges.find((challenge) => challenge.type === kind);
    if (found !== undefined) return found;
  }
  throw new Error('assertion: the directory offers none of our challenge types');
}
