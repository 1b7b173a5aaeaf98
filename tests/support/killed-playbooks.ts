import type {
  ActionView,
  BanView,
  EventView,
  IncidentDetail,
  Page,
  PersonLink,
  PlaybookView,
  RunDetail,
  RunView,
  TimelineEntry,
} from '@holdfast/contract';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from './admin-browser.ts';
import { connectAdmin } from './admin-client.ts';
import { startAlertReceiver, type AlertReceiver } from './alert-receiver.ts';
import { startEchoUpstream, type EchoUpstream } from './echo-upstream.ts';
import { holdfast, HoldfastProcess } from './holdfast-process.ts';
import { hostCall } from './host-client.ts';

/** So long one playbook takes at most, with a start of the server for each of its steps. */
const PLAYBOOK_MS = 600_000;
const LOOK_MS = 50;
const SOON = { timeout: 60_000, interval: 100 };
const SECRET = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
/** What each action leaves in the ledger when it takes effect. */
const EFFECTS: readonly (readonly [type: string, actions: readonly string[]])[] = [
  ['ban.added', ['ban-source']],
  ['identity.person-disabled', ['lock-account']],
  ['identity.step-up-required', ['require-step-up']],
  ['token.revoked', ['revoke-api-key']],
  ['isolation.began', ['quarantine-route', 'quarantine-application', 'read-only']],
  ['patch.enforced', ['virtual-patch']],
];

/**
 * Every command of these playbooks of a release: the process is killed when it was done and not noted yet, and the next one goes
 * on. What it does inside is real, and whom it tells outside counts what it is told.
 */
export function describeKilledPlaybooks(names: readonly string[]): void {
  describe('a server that is killed at each step of a playbook', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hf-every-step-'));
    const dataDir = join(folder, 'data');
    const killed = join(folder, 'killed');
    let echo: EchoUpstream;
    let receiver: AlertReceiver;
    let server: HoldfastProcess;
    let token = '';
    let starts = 0;
    const targets = new Map<string, { readonly person: string; readonly token: string }>();

    /** What goes on does so at once, so that it may die before it serves; each step kills it once, so that this ends. */
    const start = async (kills: boolean): Promise<void> => {
      const env = kills ? { HOLDFAST_TEST_KILL_AT: 'playbook after effect command', HOLDFAST_TEST_KILLED: killed } : {};
      for (;;) {
        starts += 1;
        try {
          server = await HoldfastProcess.start({ dataDir, args: ['--to', echo.url, '--mode', 'enforce'], env });
          return;
        } catch (error) {
          if (!kills || !String(error).includes('exited with null')) throw error;
        }
      }
    };
    const isDead = (): boolean => server.child.exitCode !== null || server.child.signalCode !== null;
    async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
      const answer = await hostCall(server, method, `/api/v1${path}`, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      // The caller names what the contract says of this address.
      return answer.body as Body;
    }
    /** As often as the server dies under it; `work` may be done twice, so it looks first. */
    async function alive<Result>(work: () => Promise<Result>): Promise<Result> {
      for (;;) {
        if (isDead()) {
          expect(server.child.signalCode).toBe('SIGKILL');
          await server[Symbol.asyncDispose]();
          await start(true);
        }
        try {
          return await work();
        } catch (error) {
          // A connection ends before the process is seen to be dead.
          if (!isDead()) await Promise.race([once(server.child, 'exit'), wait(5000)]);
          if (!isDead()) throw error;
        }
      }
    }

    beforeAll(async () => {
      echo = await startEchoUpstream();
      receiver = await startAlertReceiver();
      await start(false);
      const ada = new AdminBrowser(server.admin, server.ca());
      const { data: setup } = await server.cli<{ link: string }>('admin', 'setup-link');
      await ada.enrol(setup.link, { name: 'ada', password: 'vier blaue Drachen im Regen' });
      await ada.confirm();
      // What her token asks for she does not agree to; the operator of the host does.
      const issued = await ada.api('POST', '/tokens', { body: { name: 'runs', permissions: ['playbook:run'] } });
      token = String(issued.data['token']);
      for (const [place] of names.entries()) {
        const { person } = await call<PersonLink>('POST', '/people', {
          name: `victim${place}`,
          email: `victim${place}@example.test`,
          role: 'analyst',
        });
        const leaked = await call<{ view: { id: string } }>('POST', '/tokens', {
          name: `leaked${place}`,
          permissions: ['ban:read'],
        });
        targets.set(names[place] ?? '', { person: person.id, token: leaked.view.id });
      }
      const added = await holdfast(
        ['alert', 'channel', 'add', 'webhook', 'hook', '--url', `${receiver.url}/hook`, '--stdin', '--data-dir', dataDir],
        { input: `${SECRET}\n` },
      );
      expect(added.code, added.stderr).toBe(0);
      await server[Symbol.asyncDispose]();
      await start(true);
    }, PLAYBOOK_MS);
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    async function playbookOf(name: string): Promise<PlaybookView> {
      const { items } = await alive(async () => call<Page<PlaybookView>>('GET', '/playbooks?limit=200'));
      const found = items.find((one) => one.name === name);
      if (found === undefined) throw new Error(`assertion: ${name} is one of ${items.map((one) => one.name).join(', ')}`);
      return found;
    }

    /** Begins it once, however often the server dies. */
    async function begin(name: string, place: number): Promise<{ readonly run: string; readonly incident: string }> {
      const { id } = await playbookOf(name);
      const application = (await alive(async () => call<Page<{ application: { id: string } }>>('GET', '/applications'))).items[0];
      const about = { title: `incident ${place}`, severity: 'high', application: application?.application.id ?? null };
      const incident = (await alive(async () => call<IncidentDetail>('POST', '/incidents', about))).id;
      const { person, token: leaked } = targets.get(name) ?? { person: '', token: '' };
      const known = new Map([
        ['__source__', `203.0.113.${10 + place}`],
        ['__person__', person],
        ['__token__', leaked],
        ['__route__', `/reports-${place}`],
        ['__secret__', 'nothing/there'],
      ]);
      const detail = await alive(async () =>
        call<{ variables: { name: string; isExternal: boolean }[] }>('GET', `/playbooks/${id}`),
      );
      const asked = detail.variables.filter((one) => one.isExternal && known.has(one.name));
      const variables = Object.fromEntries(asked.map((one) => [one.name, known.get(one.name) ?? '']));
      const run = await alive(async () => {
        const begun = await call<Page<RunView>>('GET', `/runs?playbook=${id}&incident=${incident}`);
        if (begun.items[0] !== undefined) return begun.items[0].id;
        using client = connectAdmin(server, token);
        const { status, body } = await client.call('POST', `/api/v1/playbooks/${id}/runs`, {
          incident,
          variables,
          reason: 'a test',
        });
        if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
        return (body as RunDetail).id;
      });
      return { run, incident };
    }

    const actionsOf = async (run: string): Promise<readonly ActionView[]> =>
      alive(async () => (await call<Page<ActionView>>('GET', `/actions?run=${run}&limit=200`)).items);

    /** Everything is agreed to and done, except that nothing is restored: that would take back what this test looks at. */
    async function decide(run: RunDetail): Promise<void> {
      for (const step of run.steps.filter(({ state }) => state === 'waiting')) {
        if (step.question !== null)
          await call('POST', `/runs/${run.id}/steps/${step.id}/answer`, { answer: 'done', reason: 'a test' });
        else if (step.action !== null) {
          const { action, state } = await call<ActionView>('GET', `/actions/${step.action}`);
          const word = action === 'restore-backup' ? 'refuse' : 'approve';
          if (state === 'waiting') await call('POST', `/actions/${step.action}/${word}`, { reason: 'a test' });
        }
      }
    }

    async function playToTheEnd(id: string): Promise<RunDetail> {
      for (;;) {
        const run = await alive(async () => {
          const now = await call<RunDetail>('GET', `/runs/${id}`);
          await decide(now);
          return now;
        });
        if (run.endedAt !== null) return run;
        await wait(LOOK_MS);
      }
    }

    const killedOf = (run: string): readonly string[] =>
      (existsSync(killed) ? readFileSync(killed, 'utf8') : '')
        .split('\n')
        .filter((line) => line.startsWith(`${run} `))
        .map((line) => line.split(' ')[2] ?? '');

    const eventsOf = async (type: string): Promise<readonly EventView[]> =>
      alive(async () => (await call<Page<EventView>>('GET', `/events?type=${type}&limit=200`)).items);

    test.each(names.map((name, place) => [name, place] as const))(
      '%s: it goes on, and everything happened once',
      { timeout: PLAYBOOK_MS },
      async (name, place) => {
        const before = new Map<string, number>();
        for (const [type] of EFFECTS) before.set(type, (await eventsOf(type)).length);
        const { run: id, incident } = await begin(name, place);
        const run = await playToTheEnd(id);
        expect([run.state, run.outcome]).toEqual(['completed', null]);

        // Killed once at each command that was come to, and nowhere else.
        const commands = new Set(
          run.flow.filter((one) => one.type === 'action' && one.approval !== 'manual').map((one) => one.id),
        );
        const entered = run.steps.filter(({ step }) => commands.has(step)).map((step) => step.id);
        expect(entered.length).toBeGreaterThan(3);
        expect(killedOf(id).toSorted()).toEqual(entered.toSorted());

        const actions = await actionsOf(id);
        const places = actions.map(({ action, step }) => `${action} ${step ?? ''}`);
        expect(new Set(places).size).toBe(places.length);
        const came = actions.flatMap(({ steps }) => steps.filter(({ what }) => what === 'effective' || what === 'done'));
        expect(came).toHaveLength(actions.filter(({ state }) => state === 'effective' || state === 'done').length);
        for (const [type, names] of EFFECTS) {
          const took = actions.filter(({ state }) => state === 'effective' || state === 'done');
          const wanted = took.filter(({ action }) => names.includes(action)).length;
          const grown = async (): Promise<number> => (await eventsOf(type)).length - (before.get(type) ?? 0);
          await expect.poll(async () => [type, await grown()], SOON).toEqual([type, wanted]);
        }
        await expectNoted(run, incident);
        await expectTold(actions);
      },
    );

    /** Notes have no key and a move has none: once each all the same. */
    async function expectNoted(run: RunDetail, incident: string): Promise<void> {
      const { entries } = await alive(async () => call<{ entries: TimelineEntry[] }>('GET', `/incidents/${incident}/timeline`));
      const notes = entries.filter(({ lane }) => lane === 'note').map(({ detail }) => detail);
      expect(new Set(notes).size).toBe(notes.length);
      const noting = run.steps.filter(({ detail }) => detail === 'noted');
      expect(notes).toHaveLength(noting.length);
      const moves = (await eventsOf('incident.moved')).filter(({ payload }) => payload['incident'] === incident);
      const ways = moves.map(({ payload }) => `${String(payload['from'])} ${String(payload['to'])}`);
      expect(ways.length).toBeGreaterThan(0);
      expect(new Set(ways).size).toBe(ways.length);
    }

    /** A letter may come twice, under the one id by which whoever gets it knows. */
    async function expectTold(actions: readonly ActionView[]): Promise<void> {
      const letters = actions.filter(({ action, state }) => action === 'notify' && state !== 'refused');
      expect(letters).toHaveLength(1);
      for (const { parameters } of letters) {
        const { text } = parameters as { text: string };
        const ids = (): Set<unknown> =>
          new Set(
            receiver
              .at('/hook')
              .filter(({ body }) => body.includes(JSON.stringify(text).slice(1, -1)))
              .map(({ headers }) => headers['webhook-id']),
          );
        await expect.poll(() => ids().size, SOON).toBe(1);
      }
    }

    test('it was killed as often as there were commands, and what was banned is banned once', async () => {
      const all = readFileSync(killed, 'utf8').trim().split('\n');
      expect(new Set(all).size).toBe(all.length);
      expect(all.length).toBeGreaterThan(4 * names.length);
      expect(starts).toBeGreaterThanOrEqual(all.length);
      const { items } = await alive(async () => call<Page<BanView>>('GET', '/bans'));
      const prefixes = items.map(({ prefix }) => prefix);
      expect(new Set(prefixes).size).toBe(prefixes.length);
      process.stdout.write(`killed and started again ${all.length} times\n`);
    });

    test('its innocent twin, a server that nothing kills, does the same', async () => {
      await server[Symbol.asyncDispose]();
      await start(false);
      writeFileSync(killed, '');
      const { run: id } = await begin('Injection attack', 90);
      const run = await playToTheEnd(id);
      expect(run.state).toBe('completed');
      expect(readFileSync(killed, 'utf8')).toBe('');
    });
  });
}
