import { createHmac } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Answer } from './holdfast-process.ts';

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);
const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/gu, (entity) => ENTITIES.get(entity) ?? entity);

const REDIRECTS_MAX = 5;

/** RFC 6238 with the defaults of authenticator apps; `ahead` steps later, because no code is taken twice. */
export function totp(secret: string, ahead = 0): string {
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  const seed = Buffer.from((bits.match(/.{8}/gu) ?? []).map((eight) => Number.parseInt(eight, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac('sha1', seed).update(counter).digest();
  const value = digest.readUInt32BE(digest.readUInt8(digest.length - 1) & 15) & 0x7f_ff_ff_ff;
  return String(value % 1_000_000).padStart(6, '0');
}

/**
 * A browser without script: keeps cookies, sends the forms it was shown, follows redirects. On the admin listener, or with
 * `/.holdfast` as the place of the pages in front of an application.
 */
export class AdminBrowser {
  readonly cookies = new Map<string, string>();
  readonly pages: string;
  readonly #origin: URL;
  readonly #ca: string;
  last: Answer = { status: 0, headers: {}, body: '' };
  path = '';
  secret = '';
  codes: readonly string[] = [];

  constructor(origin: string, ca: string, pages = '/sign-in') {
    this.#origin = new URL(origin.replace('//127.0.0.1:', '//localhost:'));
    this.#ca = ca;
    this.pages = pages;
  }

  get title(): string {
    return unescape(/<title>(.*?)<\/title>/u.exec(this.last.body)?.[1] ?? '');
  }

  /** One request as a page of this origin makes it; `headers` win. */
  send(
    method: string,
    path: string,
    { body, headers = {} }: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { host, hostname, port, origin } = this.#origin;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const own = method === 'GET' ? {} : { origin, 'sec-fetch-site': 'same-origin' };
    const request = this.#origin.protocol === 'http:' ? requestPlain : requestSecure;
    return new Promise((done, fail) => {
      const outgoing = request(
        {
          hostname: '127.0.0.1',
          servername: hostname,
          port,
          path,
          method,
          headers: { host, ...(cookie === '' ? {} : { cookie }), ...own, ...headers },
          ca: this.#ca,
          agent: false,
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () => {
            for (const line of incoming.headers['set-cookie'] ?? []) this.#keep(line);
            done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() });
          });
          incoming.on('error', fail);
        },
      );
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }

  async go(path: string): Promise<Answer> {
    return this.#follow('GET', path);
  }

  /** Fills the form with this target on the page shown, hidden fields included. */
  async submit(action: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const forms = [...this.last.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/gu)];
    const form = forms.find(([, to]) => unescape(to ?? '') === action)?.[2];
    if (form === undefined) throw new Error(`no form for ${action} on "${this.title}" (${this.last.status})`);
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/gu)];
    const all = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, unescape(value)]));
    for (const [name, value] of Object.entries(fields)) all.set(name, value);
    return this.#follow('POST', action, all.toString());
  }

  /** A call of the API with the cookie. */
  async api(method: string, path: string, { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {}) {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.send(method, `/api/v1${path}`, { ...text, headers: { ...type, ...headers } });
    return { ...answer, data: answer.body === '' ? {} : (JSON.parse(answer.body) as Record<string, unknown>) };
  }

  /** From a link with its secret behind `#`, through password, authenticator app and recovery codes, to a session. */
  async enrol(link: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const { pathname, hash } = new URL(link);
    await this.go(pathname);
    await this.submit(pathname, { token: hash.slice(1) });
    await this.submit(pathname, { again: fields['password'] ?? '', ...fields });
    await this.enrolTotp();
  }

  async enrolTotp(): Promise<void> {
    const page = `${this.pages}/enrol/totp`;
    if (this.path !== page) await this.go(page);
    this.secret = /secret=([A-Z2-7]+)/u.exec(this.last.body)?.[1] ?? '';
    await this.submit(page, { code: totp(this.secret) });
    this.codes = [...this.last.body.matchAll(/<li>([0-9A-Z-]{19})<\/li>/gu)].map(([, code = '']) => code);
    await this.submit(`${this.pages}/codes`, { code: this.codes[0] ?? '' });
  }

  /** Shows once more who it is, with a code of the steps ahead: none is taken twice. */
  async confirm(ahead = 1): Promise<void> {
    await this.go(`${this.pages}/account`);
    await this.submit(`${this.pages}/account`);
    await this.submit(`${this.pages}/totp`, { code: totp(this.secret, ahead) });
  }

  async #follow(method: string, path: string, body?: string): Promise<Answer> {
    const form = body === undefined ? {} : { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    this.last = await this.send(method, path, form);
    this.path = path.split('?', 1)[0] ?? '';
    for (let count = 0; this.last.status === 303 && count < REDIRECTS_MAX; count += 1) {
      const to = String(this.last.headers['location']);
      this.last = await this.send('GET', to);
      this.path = to.split('?', 1)[0] ?? '';
    }
    return this.last;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    if (attributes.some((attribute) => /^\s*max-age=0$/iu.test(attribute))) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
