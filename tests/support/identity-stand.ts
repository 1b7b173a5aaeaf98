import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type {
  Answer,
  ApplicationInput,
  Ask,
  GatewayAccount,
  GatewaySession,
  IdentityKey,
  OwnPageRequest,
} from '@holdfast/contract';
import { identityKeySchema } from '@holdfast/contract';
import { startEchoUpstream, type EchoUpstream, type SeenRequest } from './echo-upstream.ts';
import { startTestGateway, testSnapshot, type TestGateway } from './test-gateway.ts';

export const PERSON = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const HOUR_MS = 3_600_000;

export const newToken = (): string => randomBytes(32).toString('base64url');
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export function newIdentityKey(kid: string, notBefore: number): IdentityKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  const { d: _private, ...publicJwk } = privateJwk;
  return identityKeySchema.parse({ kid, privateJwk, publicJwk, notBefore });
}

export function gatewaySession(hash: string, change: Partial<GatewaySession> = {}): GatewaySession {
  return {
    hash,
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAX',
    person: PERSON,
    name: 'Ann Example',
    email: 'ann@example.test',
    role: null,
    groups: ['staff'],
    acr: 'aal2',
    amr: ['pwd', 'otp'],
    authTime: Date.now() - 60_000,
    expiresAt: Date.now() + HOUR_MS,
    idleMs: 1_800_000,
    ...change,
  };
}

/** A control plane that is nothing but a list of sessions and one page. */
export class FakeControlPlane {
  readonly sessions = new Map<string, GatewaySession>();
  readonly accounts = new Map<string, GatewayAccount>();
  readonly asked: Ask[] = [];
  readonly pages: OwnPageRequest[] = [];
  /** Runs before the answer; a rejection is a control plane that fails. */
  before: () => Promise<void> = () => Promise.resolve();

  readonly answer = async (ask: Ask): Promise<Answer> => {
    this.asked.push(ask);
    // Read first, as a database does: what is told later may be old.
    const session = ask.kind === 'session' ? (this.sessions.get(ask.hash) ?? null) : null;
    await this.before();
    if (ask.kind === 'session') return { kind: 'session', session };
    if (ask.kind === 'account') return { kind: 'account', account: this.accounts.get(ask.hash) ?? null };
    if (ask.kind !== 'page') return { kind: 'failed' };
    this.pages.push(ask.request);
    const headers: [string, string][] = [
      ['content-type', 'text/html'],
      ['set-cookie', '__Host-holdfast-device=d; Path=/; Secure; HttpOnly; SameSite=Lax'],
      ['set-cookie', '__Host-holdfast=t; Path=/; Secure; HttpOnly; SameSite=Lax'],
    ];
    return { kind: 'page', response: { status: 200, headers, body: `page ${ask.request.path}` } };
  };

  /** A session with this token from now on. */
  signIn(change: Partial<GatewaySession> = {}): string {
    const token = newToken();
    this.add(token, change);
    return token;
  }

  add(token: string, change: Partial<GatewaySession> = {}): void {
    this.sessions.set(hashOf(token), gatewaySession(hashOf(token), change));
  }
}

export interface IdentityStand extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly upstream: EchoUpstream;
  readonly control: FakeControlPlane;
  readonly plain: string;
  /** One request on the plain listener. */
  fetch(path: string, init?: RequestInit & { cookie?: string }): Promise<Response>;
  /** What reached the application with the last request. */
  last(): SeenRequest | undefined;
}

export async function startIdentityStand(application: Partial<ApplicationInput> = {}): Promise<IdentityStand> {
  const upstream = await startEchoUpstream();
  const control = new FakeControlPlane();
  const snapshot = testSnapshot(
    { upstream: upstream.url, hosts: [], login: { mode: 'required' }, ...application },
    { identityKeys: [newIdentityKey('first', 0)] },
  );
  const gateway = await startTestGateway(snapshot, { onAsk: control.answer });
  const plain = `http://127.0.0.1:${gateway.plainPort}`;
  return {
    gateway,
    upstream,
    control,
    plain,
    fetch: async (path, { cookie, headers, ...init } = {}) =>
      fetch(`${plain}${path}`, {
        redirect: 'manual',
        ...init,
        headers: { ...(cookie === undefined ? {} : { cookie }), ...Object.fromEntries(new Headers(headers)) },
      }),
    last: () => upstream.seen.at(-1),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
