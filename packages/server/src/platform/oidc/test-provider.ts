import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

const KID = 'k1';

interface Asked {
  readonly nonce: string | null;
  readonly challenge: string | null;
  readonly redirectUri: string;
}

interface Keys {
  readonly jwk: JWK;
  readonly published: CryptoKey;
  readonly other: CryptoKey;
}

type Answer = readonly [status: number, body: object];

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function newKeys(): Promise<Keys> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const { privateKey: other } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: 'ES256', use: 'sig' };
  return { jwk, published: privateKey, other };
}

/** For tests: a provider on loopback that says what it is told to, also what no honest one would. */
export class TestProvider implements AsyncDisposable {
  readonly clientId = 'holdfast';
  readonly secret = 'secret';
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  readonly said = {
    /** Claims that replace or, where null, take away those of an honest token. */
    claims: {} as Record<string, unknown>,
    info: {} as Record<string, unknown>,
    /** Signs with a key that is not published. */
    isForged: false,
    /** What the token endpoint answers with. */
    status: 200,
    isSilent: false,
    /** Says of itself to be somebody else. */
    issuer: null as string | null,
    padding: 0,
  };
  readonly #server: Server;
  readonly #keys: Keys;
  readonly #codes = new Map<string, Asked>();

  private constructor(keys: Keys) {
    this.#keys = keys;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<TestProvider> {
    const provider = new TestProvider(await newKeys());
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get issuer(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('assertion: a port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** What a browser brings back from there: the query of the answer. */
  approve(authorizationUrl: string): string {
    const { searchParams } = new URL(authorizationUrl);
    const code = randomBytes(8).toString('hex');
    const redirectUri = searchParams.get('redirect_uri') ?? '';
    this.#codes.set(code, { nonce: searchParams.get('nonce'), challenge: searchParams.get('code_challenge'), redirectUri });
    return new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    this.requests.push(pathname);
    if (this.said.isSilent) return;
    const [status, body] = await this.#answer(request, pathname);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, path: string): Promise<Answer> {
    switch (path) {
      case '/.well-known/openid-configuration':
        return [200, this.#describe()];
      case '/jwks':
        return [200, { keys: [this.#keys.jwk] }];
      case '/token':
        return this.#token(request);
      case '/userinfo':
        return [200, { sub: this.said.claims['sub'] ?? 'account-1', ...this.said.info }];
      default:
        return [404, {}];
    }
  }

  #describe(): object {
    const { issuer } = this;
    return {
      issuer: this.said.issuer ?? issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      id_token_signing_alg_values_supported: ['ES256'],
      response_types_supported: ['code'],
      padding: 'x'.repeat(this.said.padding),
    };
  }

  async #token(request: IncomingMessage): Promise<Answer> {
    if (this.said.status !== 200) return [this.said.status, {}];
    const body = await bodyOf(request);
    const asked = this.#codes.get(body.get('code') ?? '');
    this.#codes.delete(body.get('code') ?? '');
    const basic = `Basic ${Buffer.from(`${this.clientId}:${this.secret}`).toString('base64')}`;
    const verifier = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = asked?.challenge === verifier && asked.redirectUri === body.get('redirect_uri');
    if (!isRight || request.headers.authorization !== basic) return [400, { error: 'invalid_grant' }];
    return [200, { access_token: 'access', token_type: 'Bearer', expires_in: 60, id_token: await this.#idToken(asked) }];
  }

  async #idToken({ nonce }: Asked): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const honest = { iss: this.issuer, aud: this.clientId, sub: 'account-1', iat: now, exp: now + 300, auth_time: now, nonce };
    const claims = Object.entries({ ...honest, ...this.said.claims }).filter(([, value]) => value !== null);
    const key = this.said.isForged ? this.#keys.other : this.#keys.published;
    return new SignJWT(Object.fromEntries(claims)).setProtectedHeader({ alg: 'ES256', kid: KID }).sign(key);
  }
}
