import type { AlertDetail, AlertView, Page } from '@holdfast/contract';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { guess, hasHydra } from '../../support/hydra.ts';
import { startLoginApplication, type LoginApplication } from '../../support/login-application.ts';

const HYDRA_MS = 300_000;
const POLL = { timeout: 60_000, interval: 500 };
const AT_ONCE = 4;
/** Two passwords that leaked elsewhere, and who used each of them here as well. */
const LEAKED = ['Summer-2024', 'Winter-2024'] as const;
const HITS = ['ada', 'grace'] as const;
const NAMES_PER_SOURCE = 15;
const OFFICE = '192.0.2.44';
const STAFF = Array.from({ length: 60 }, (_, index) => `staff-${index}`);
const staffPassword = (name: string): string => `of-${name}`;
const PASSWORDS = new Map([
  [HITS[0], LEAKED[0]],
  [HITS[1], LEAKED[1]],
  ...STAFF.map((name): [string, string] => [name, staffPassword(name)]),
]);
/** 300 names in both rounds: twenty sources each, five of one network. */
const NAMES = [...HITS, ...Array.from({ length: 298 }, (_, index) => `leaked-${index}`)];
const SOURCES = Array.from({ length: 40 }, (_, index) => `198.18.${Math.floor(index / 5)}.${10 + (index % 5)}`);

const isPresent = hasHydra();

describe.skipIf(!isPresent)('stolen passwords tried from forty addresses', () => {
  let application: LoginApplication;
  let server: HoldfastProcess;
  let admin: AdminClient;
  beforeAll(async () => {
    application = await startLoginApplication(PASSWORDS);
    const file = join(mkdtempSync(join(tmpdir(), 'hf-stuffed-')), 'holdfast.yaml');
    writeFileSync(
      file,
      `trustedHops: 1
applications:
  - id: shop
    name: Shop
    upstream: ${application.url}
    mode: enforce
    signIn:
      observers:
        - { path: /form-login, accountField: name, failure: { statuses: [422] } }
`,
    );
    server = await HoldfastProcess.start({ args: ['--config', file, '--listen', 'http://127.0.0.1:0'] });
    admin = await createAdminClient(server, ['alert:read', 'ban:read', 'audit:read']);
  }, 120_000);
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
  });

  /** Somebody of the office, with a browser: three in sixty mistype first. */
  const signIn = (name: string, password: string): Promise<number> =>
    new Promise((done, failed) => {
      const text = new URLSearchParams({ name, password }).toString();
      const headers = {
        host: 'shop.example',
        'x-forwarded-for': OFFICE,
        'user-agent': 'Mozilla/5.0 (X11; Linux x64; rv:140.0) Gecko/20100101 Firefox/140.0',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(text),
      };
      const { hostname, port } = new URL(server.plain);
      const outgoing = request({ hostname, port, path: '/form-login', method: 'POST', headers, agent: false }, (incoming) => {
        incoming.resume().on('end', () => done(incoming.statusCode ?? 0));
      });
      outgoing.on('error', failed);
      outgoing.end(text);
    });

  async function workAtTheOffice(): Promise<number[]> {
    const statuses: number[] = [];
    for (const [index, name] of STAFF.entries()) {
      if (index % 20 === 7) await signIn(name, 'mistyped');
      statuses.push(await signIn(name, staffPassword(name)));
    }
    return statuses;
  }

  /** Hydra at one source with its share of the names. */
  async function stuff(source: string, index: number): Promise<readonly string[]> {
    const names = NAMES.slice((index % 20) * NAMES_PER_SOURCE, ((index % 20) + 1) * NAMES_PER_SOURCE);
    const password = LEAKED[index < 20 ? 0 : 1];
    const { found } = await guess({
      url: `${server.plain}/form-login`,
      names,
      passwords: [password],
      form: 'name=^USER^&password=^PASS^',
      success: 'sid=',
      // Under its own name it would be refused by inspection, and nothing would be tried.
      more: [`H=X-Forwarded-For\\: ${source}`, 'H=User-Agent\\: Mozilla/5.0 Chrome/120.0 Safari/537.36'],
    });
    return found;
  }

  async function attack(): Promise<string[]> {
    const waiting = [...SOURCES.entries()];
    const found: string[] = [];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) found.push(...(await stuff(next[1], next[0])));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return found;
  }

  const alerts = async (detector: string): Promise<readonly AlertView[]> => {
    const { status, body } = await admin.call('GET', `/api/v1/alerts?detector=${detector}&limit=50`);
    expect(status, JSON.stringify(body)).toBe(200);
    // The contract of the API.
    return (body as Page<AlertView>).items;
  };
  const alert = async (id: string): Promise<AlertDetail> => (await admin.call('GET', `/api/v1/alerts/${id}`)).body as AlertDetail;
  interface Listed {
    readonly events: readonly { readonly time: number; readonly payload: Record<string, unknown> }[];
  }
  const eventsOf = async (type: string): Promise<Listed['events']> =>
    (await server.cli<Listed>('audit', 'tail', '--type', type, '--lines', '1000')).data.events;
  const failures = async (): Promise<Listed['events']> => (await eventsOf('authentication.failed')).filter(isAttack);
  const isAttack = ({ payload }: Listed['events'][number]): boolean => payload['address'] !== OFFICE;
  const hitKeys = async (): Promise<unknown[]> =>
    (await eventsOf('authentication.succeeded')).filter(isAttack).map(({ payload }) => payload['accountKey']);
  const banned = async (): Promise<readonly string[]> =>
    (await server.cli<{ bans: { prefix: string }[] }>('ban', 'list')).data.bans.map(({ prefix }) => prefix.replace('/32', ''));

  test(
    'they are told of, banned and the hits are answered; an office with sixty people is left alone',
    async () => {
      const [found, office] = await Promise.all([attack(), workAtTheOffice()]);
      // A source that is banned before its turn comes to the right password does not find it.
      expect(HITS.map((name, index) => `${name} ${LEAKED[index]}`)).toEqual(expect.arrayContaining(found));
      expect(office).toEqual(STAFF.map(() => 303));

      await expect.poll(async () => (await alerts('B1')).length, POLL).toBeGreaterThan(0);
      await expect.poll(async () => (await banned()).length, POLL).toBe(SOURCES.length);
      const prefixes = await banned();
      expect(prefixes.filter((prefix) => !SOURCES.includes(prefix))).toEqual([]);
      const told = await Promise.all((await alerts('B1')).map(async ({ id }) => alert(id)));
      const [first] = told.toSorted((a, b) => a.firstAt - b.firstAt);
      const tries = await failures();
      const began = Math.min(...tries.map(({ time }) => time));
      // With the number of accounts, the share that failed and the time that it took.
      expect(first?.reason).toMatch(/\d+ accounts, \d+ sources?.* \d+ % failed, in \d+ (?:second|minute)s?/u);
      process.stderr.write(
        `stuffing: told ${((first?.firstAt ?? 0) - began) / 1000} s after the first try, ${told.length} alerts: ${told.map(({ reason }) => reason).join(' | ')}\n`,
      );
      if (found.length > 0) expect(told.some(({ severity }) => severity === 'critical')).toBe(true);

      // Whom something was asked for: sources of the attack and accounts whose password fitted, nobody else.
      const hits = await hitKeys();
      expect(hits).toHaveLength(found.length);
      const answered = told.flatMap((alert) => alert.answered);
      const isExpected = ({ answer, entity }: (typeof answered)[number]): boolean =>
        answer === 'ban' ? SOURCES.includes(entity.value) : answer === 'step-up' && hits.includes(entity.value);
      expect(answered.filter((one) => !isExpected(one))).toEqual([]);
      const stepUps = answered.filter(({ answer }) => answer === 'step-up').length;
      process.stderr.write(
        `stuffing: ${prefixes.length} of ${SOURCES.length} sources banned, ${stepUps} of ${hits.length} hits answered\n`,
      );
      // Nobody of the office is named, and they still come in.
      expect(JSON.stringify(told)).not.toContain(OFFICE);
      expect(await signIn('staff-1', staffPassword('staff-1'))).toBe(303);
    },
    HYDRA_MS,
  );
});
