import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const OP_CLIENT = 'holdfast';
export const OP_SECRET = 'a-secret-of-this-test';
const HOPS_MAX = 10;

/** Who sits at the provider's own sign-in. */
export interface OpAccount {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

/** A real OpenID provider on loopback (`oidc-provider`), at whose sign-in the account of the test says yes at once. */
export class OidcOp implements AsyncDisposable {
  account: OpAccount = { sub: 'account-1', claims: {} };
  readonly #server: Server;
  #provider: Provider | null = null;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** It answers 503 until `register` has told it of its client: whose address is known only after it has started. */
  static async start(): Promise<OidcOp> {
    const op = new OidcOp();
    await new Promise<void>((resolve) => op.#server.listen(0, '127.0.0.1', resolve));
    return op;
  }

  get issuer(): string {
    // A TCP server that listens has an address object.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  register(redirectUris: readonly string[]): void {
    this.#provider = new Provider(this.issuer, {
      clients: [{ client_id: OP_CLIENT, client_secret: OP_SECRET, redirect_uris: [...redirectUris] }],
      acrValues: ['urn:two'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'], amr: null, acr: null },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => Promise.resolve({ ...this.account.claims, sub: id }),
      }),
    });
    // Its warnings about keys made for development.
    this.#provider.on('server_error', () => undefined);
  }

  /** A browser from here on: through the provider's sign-in to the address that it leads back to. */
  async authorize(authorizationUrl: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = new URL(authorizationUrl);
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';', 1);
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const to = answer.headers.get('location');
      if (to === null) throw new Error(`the provider of this test answered ${answer.status}: ${await answer.text()}`);
      url = new URL(to, url);
      if (url.origin !== this.issuer) return url;
    }
    throw new Error('the provider of this test led in circles');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider;
    if (provider === null) {
      response.writeHead(503).end();
      return;
    }
    if (request.url?.startsWith('/interaction/') === true) await this.#agree(provider, request, response);
    else await provider.callback()(request, response);
  }

  async #agree(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const { sub, acr, amr } = this.account;
    if (prompt.name === 'login') {
      const how = { ...(acr === undefined ? {} : { acr }), ...(amr === undefined ? {} : { amr: [...amr] }) };
      await provider.interactionFinished(request, response, { login: { accountId: sub, ...how } });
      return;
    }
    const grant = new provider.Grant({ accountId: session?.accountId ?? sub, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  }
}
