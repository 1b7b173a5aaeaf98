import { FLAWS, performExchange, unmetParts } from '@holdfast/example-shop';
import type { Exchange, ExchangeRun, Outcome } from '@holdfast/example-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { NOT_TAKEN, REFUSED_AS, REPAIRED, UNCOVERED } from './coverage.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
const JSON_CLIENT = { accept: 'application/json' };
const REQUEST_ID = /^[0-9A-HJKMNP-TV-Z]{12}$/u;

let server: HoldfastProcess;
beforeAll(async () => {
  server = await HoldfastProcess.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const perform = (exchange: Exchange, headers: ExchangeRun['headers'] = HTML): Promise<Outcome & { readonly first: Outcome }> =>
  performExchange({ origin: server.https, exchange, ca: server.ca(), ...(headers === undefined ? {} : { headers }) });
const idOf = (outcome: Outcome): string => String(outcome.headers['x-request-id']);
const bodyOf = (outcome: Outcome): string => outcome.text.slice(outcome.text.indexOf('\n\n') + 2);
const flawsIn = (table: ReadonlyMap<string, unknown>) => FLAWS.filter(({ id }) => table.has(id));

interface Explained {
  readonly outcome: string;
  readonly reason: string | null;
  readonly mode: string;
  readonly masked: string | null;
  readonly findings: readonly { readonly group: string; readonly rule: string }[];
}
const explain = async (id: string): Promise<Explained> => (await server.cli<Explained>('explain', id)).data;

test('every planted flaw is either stopped, repaired, or named as not covered', () => {
  const tables = [...REFUSED_AS.keys(), ...REPAIRED.keys(), ...NOT_TAKEN.keys(), ...UNCOVERED.keys()];
  expect(tables.toSorted()).toEqual(FLAWS.map(({ id }) => id).toSorted());
});

describe('in enforce mode', () => {
  test.each(flawsIn(REFUSED_AS))(
    '$id is refused: a page for a browser, a problem for a program, one id in both places',
    async (flaw) => {
      const page = await perform(flaw.attack);
      expect(page.first.status).toBe(403);
      expect(page.first.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(idOf(page.first)).toMatch(REQUEST_ID);
      expect(bodyOf(page.first)).toContain(`<code>${idOf(page.first)}</code>`);
      const program = await perform(flaw.attack, JSON_CLIENT);
      expect(program.first.headers['content-type']).toBe('application/problem+json');
      // RFC 9457 §3.1 names the members; ours adds `code` and the request id.
      expect(JSON.parse(bodyOf(program.first))).toMatchObject({
        status: 403,
        code: 'request-blocked',
        request_id: idOf(program.first),
      });
      const rule = (await explain(idOf(page.first))).reason ?? '';
      expect(rule.split('.')[0]).toBe(REFUSED_AS.get(flaw.id));
      for (const answer of [page.first, program.first]) {
        expect(unmetParts(answer, flaw.attack.expect)).not.toEqual([]);
        expect(answer.text).not.toContain(rule);
      }
      // What would have been stored was not: the page read afterwards lacks it.
      if (flaw.attack.readBack !== undefined) expect(unmetParts(page, flaw.attack.expect)).not.toEqual([]);
    },
  );

  test.each(FLAWS)('the innocent twin of $id passes', async (flaw) => {
    const twin = await perform(flaw.innocentTwin);
    expect(unmetParts(twin, flaw.innocentTwin.expect)).toEqual([]);
  });

  test.each(flawsIn(UNCOVERED))('$id is not covered and passes, as the table says', async (flaw) => {
    expect(unmetParts(await perform(flaw.attack), flaw.attack.expect)).toEqual([]);
  });

  test.each(flawsIn(NOT_TAKEN))('the file of $id is not taken: a page for a browser, the reason for a program', async (flaw) => {
    const page = await perform(flaw.attack);
    expect(page.first.status).toBe(422);
    expect(bodyOf(page.first)).toContain(`<code>${idOf(page.first)}</code>`);
    const program = await perform(flaw.attack, JSON_CLIENT);
    const problem = JSON.parse(bodyOf(program.first)) as { files: { reason: string }[] };
    expect(problem).toMatchObject({ code: 'upload-refused', request_id: idOf(program.first) });
    expect(problem.files.map(({ reason }) => reason)).toContain(NOT_TAKEN.get(flaw.id));
    expect(unmetParts(page, flaw.attack.expect)).not.toEqual([]);
  });
});

describe.each(['enforce', 'monitor'])('answers are repaired in %s mode', (mode) => {
  beforeAll(async () => {
    expect((await server.cli('app', 'mode', 'demo-shop', mode)).code).toBe(0);
  });

  test.each(flawsIn(REPAIRED))('$id', async (flaw) => {
    const outcome = await perform(flaw.attack);
    expect(unmetParts(outcome, flaw.attack.expect)).not.toEqual([]);
    expect(REPAIRED.get(flaw.id)?.(outcome)).toEqual([]);
    if (outcome.status === 500) expect((await explain(idOf(outcome))).masked).toContain('no such table');
  });
});

describe('in monitor mode', () => {
  beforeAll(async () => {
    expect((await server.cli('app', 'mode', 'demo-shop', 'monitor')).code).toBe(0);
  });

  test.each(flawsIn(REFUSED_AS))('$id passes, and explain tells what would have been blocked', async (flaw) => {
    const outcome = await perform(flaw.attack);
    expect(unmetParts(outcome, flaw.attack.expect)).toEqual([]);
    const told = await explain(idOf(outcome.first));
    expect(told).toMatchObject({ outcome: 'recorded', mode: 'monitor' });
    expect(told.findings.map(({ group }) => group)).toContain(REFUSED_AS.get(flaw.id));
  });

  test.each(flawsIn(NOT_TAKEN))('the file of $id passes and is told; served, its script has no right to run', async (flaw) => {
    const outcome = await perform(flaw.attack);
    expect(unmetParts(outcome, flaw.attack.expect)).toEqual([]);
    expect(await explain(idOf(outcome.first))).toMatchObject({ outcome: 'recorded', mode: 'monitor' });
    const answer = await server.fetch('/uploads/photo.html', { headers: HTML });
    expect(answer.body).toContain('<script>');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.body).not.toContain('nonce=');
  });

  test('no innocent twin is recorded as an attack', async () => {
    const ids: string[] = [];
    for (const { innocentTwin } of FLAWS) {
      const twin = await perform(innocentTwin);
      expect(unmetParts(twin, innocentTwin.expect)).toEqual([]);
      ids.push(idOf(twin.first));
    }
    const tail = await server.cli<{ events: { requestId: string }[] }>('audit', 'tail', '-n', '200', '--outcome', 'recorded');
    const recorded = new Set(tail.data.events.map(({ requestId }) => requestId));
    expect(recorded.size).toBeGreaterThanOrEqual(REFUSED_AS.size);
    expect(ids.filter((id) => recorded.has(id))).toEqual([]);
  });
});
