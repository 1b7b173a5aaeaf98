import type { GatewaySession, OwnPageRequest, OwnPageResponse } from '@holdfast/contract';
import type { Pages } from './create-pages.ts';

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);
const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/gu, (entity) => ENTITIES.get(entity) ?? entity);

/** For tests: a browser without script. It keeps cookies, sends the forms it was shown, and follows redirects. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #pages: Pages;
  session: (() => Promise<GatewaySession | null>) | null = null;
  secure = true;
  host = 'shop.example';
  last: OwnPageResponse = { status: 0, headers: [], body: '' };
  path = '';

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  get title(): string {
    return unescape(/<title>(.*?)<\/title>/u.exec(this.last.body)?.[1] ?? '');
  }

  header(name: string): string | undefined {
    return this.last.headers.find(([key]) => key === name)?.[1];
  }

  async send(change: Partial<OwnPageRequest>): Promise<OwnPageResponse> {
    const request: OwnPageRequest = {
      method: 'GET',
      path: '/',
      query: '',
      headers: this.headers(),
      body: '',
      address: '192.0.2.1',
      host: this.host,
      secure: this.secure,
      application: 'shop',
      session: (await this.session?.()) ?? null,
      ...change,
    };
    this.last = await this.#pages.answer(request);
    this.path = request.path;
    for (const [name, value] of this.last.headers) if (name === 'set-cookie') this.#keep(value);
    return this.last;
  }

  headers(more: readonly [string, string][] = []): [string, string][] {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return [['cookie', cookie], ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'], ...more];
  }

  #keep(text: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(text) ?? [];
    if (text.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  /** Redirects are followed: each hop is a GET. */
  async go(address: string): Promise<OwnPageResponse> {
    const url = new URL(address, 'https://shop.example');
    await this.send({ path: url.pathname, query: url.search.slice(1) });
    return this.#follow();
  }

  async #follow(): Promise<OwnPageResponse> {
    for (let hop = 0; hop < 5 && this.last.status === 303; hop += 1) {
      const to = this.header('location') ?? '/';
      if (!to.startsWith('/.holdfast/')) return this.last;
      const url = new URL(to, 'https://shop.example');
      await this.send({ path: url.pathname, query: url.search.slice(1) });
    }
    return this.last;
  }

  /** The hidden fields of the form that goes to this path and holds this hidden value, if one is named. */
  fields(action: string, holding?: string): Record<string, string> | null {
    for (const [form, target] of this.last.body.matchAll(/<form[^>]*action="([^"]*)"[^]*?<\/form>/gu)) {
      if (target !== action || (holding !== undefined && !form.includes(`value="${holding}"`))) continue;
      const hidden = form.matchAll(/<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/gu);
      return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, unescape(value)]));
    }
    return null;
  }

  async submit(
    action: string,
    typed: Readonly<Record<string, string>> = {},
    change: { readonly holding?: string; readonly headers?: readonly [string, string][]; readonly drop?: string } = {},
  ): Promise<OwnPageResponse> {
    const fields = { ...this.fields(action, change.holding), ...typed };
    if (change.drop !== undefined) delete fields[change.drop];
    const scheme = this.secure ? 'https' : 'http';
    const sent: readonly [string, string][] = change.headers ?? [
      ['origin', `${scheme}://${this.host}`],
      ['sec-fetch-site', 'same-origin'],
    ];
    await this.send({
      method: 'POST',
      path: action,
      headers: this.headers([['content-type', 'application/x-www-form-urlencoded'], ...sent]),
      body: Buffer.from(new URLSearchParams(fields).toString()).toString('base64'),
    });
    return this.#follow();
  }
}
