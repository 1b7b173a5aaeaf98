import type { IncidentDetail, PlaybookView } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeyring, type Keyring } from '../../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../../platform/log.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../../platform/test-platform.ts';
import type { Playbook } from '../documents/playbook.ts';
import type { Agent, CommandAt } from './agent/agent.ts';
import { createRuns, type RunsParts } from './create-runs.ts';
import type { CommandAnswer } from './machine/state.ts';
import type { Runs } from './runs.ts';

/** An agent that remembers under which keys it was asked, as whoever keeps its promise does: once each. */
export interface RecordingAgent extends Agent {
  /** What was done, in the order it was done, as `step#command`. */
  readonly done: string[];
  /** How often it was asked for anything. */
  readonly asked: { times: number };
  readonly undone: string[];
  readonly withdrawn: string[];
  /** What comes of a step; left out = it is done. */
  readonly answers: Map<string, CommandAnswer>;
}

export function recordingAgent(): RecordingAgent {
  const keys = new Map<string, CommandAnswer>();
  const agent: Omit<RecordingAgent, keyof Agent> = {
    done: [],
    asked: { times: 0 },
    undone: [],
    withdrawn: [],
    answers: new Map(),
  };
  const nameOf = ({ step, key }: CommandAt): string => `${step}#${key.split(':').at(-1) ?? ''}`;
  return {
    ...agent,
    carryOut: async (at) => {
      agent.asked.times += 1;
      const known = keys.get(at.key);
      if (known !== undefined) return Promise.resolve(known);
      const answer = agent.answers.get(at.step) ?? {
        kind: 'done',
        detail: `did ${at.step}`,
        action: `A-${at.step}`.slice(0, 26),
      };
      keys.set(at.key, answer);
      if (answer.kind === 'done') agent.done.push(nameOf(at));
      return Promise.resolve(answer);
    },
    rehearse: async (at) => Promise.resolve({ kind: 'done', detail: `would do ${at.step}` }),
    look: async (action) => Promise.resolve(agent.answers.get(`look ${action}`) ?? null),
    withdraw: async ({ step }) => {
      agent.withdrawn.push(step);
      return Promise.resolve(null);
    },
    undoRun: async () => {
      const left = agent.done.filter((name) => !agent.undone.includes(name)).toReversed();
      agent.undone.push(...left);
      return Promise.resolve({
        actions: left.map((name) => `A-${name.split('#')[0] ?? ''}`.slice(0, 26)),
        detail: `undone: ${left.length}`,
      });
    },
  };
}

export interface RunsStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  /** Those that can be loaded, with what starts them. */
  readonly playbooks: Map<string, { readonly playbook: Playbook; readonly view: PlaybookView }>;
  readonly incidents: Map<string, IncidentDetail>;
  add(playbook: Playbook, view?: Partial<PlaybookView>): Playbook;
  open(given: { readonly agent: Agent } & Partial<RunsParts>): Runs;
  clear(): Promise<void>;
}

/** For tests of runs: a migrated database, keys, and playbooks made by hand. */
export async function openRunsStand(): Promise<RunsStand> {
  const platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const playbooks: RunsStand['playbooks'] = new Map();
  const incidents: RunsStand['incidents'] = new Map();
  const known = new Map<string, Playbook>();
  return {
    platform,
    keyring,
    playbooks,
    incidents,
    add(playbook, view = {}) {
      known.set(playbook.id, playbook);
      playbooks.set(playbook.id, { playbook, view: { ...viewOf(playbook), ...view } });
      return playbook;
    },
    open: (given) =>
      createRuns({
        ...platform,
        log: silentLog,
        keyring,
        node: 'test',
        playbooks: () => ({
          load: async (id) => {
            const found = playbooks.get(id);
            if (found === undefined) throw new Refusal('not-found');
            return Promise.resolve({ ...found, whyNot: found.view.isOn ? null : 'this playbook is off' });
          },
          triggered: async () => Promise.resolve([...playbooks.values()].map(({ view }) => view).filter((one) => one.isOn)),
        }),
        read: (document) => {
          const found = known.get(idOf(document));
          if (found === undefined) throw new Error('assertion: what runs was added');
          return found;
        },
        incident: async (id) => {
          const found = incidents.get(id);
          if (found === undefined) throw new Refusal('not-found');
          return Promise.resolve(found);
        },
        detectorOf: async () => Promise.resolve(null),
        mayAct: async () => Promise.resolve(true),
        ...given,
      }),
    async clear() {
      await platform.db.query('delete from incident_run');
      platform.recorded.length = 0;
      playbooks.clear();
      incidents.clear();
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

const idOf = (document: unknown): string =>
  typeof document === 'object' && document !== null && 'id' in document ? String(document.id) : '';

const viewOf = ({ id, name, description, types, labels, steps }: Playbook): PlaybookView => ({
  id,
  name,
  description,
  types: [...types],
  labels: [...labels],
  isShipped: false,
  isOn: true,
  triggers: [],
  steps: steps.size,
  modifiedAt: 0,
  digest: 'd'.repeat(64),
  signature: 'none',
  lastRunAt: null,
  revision: 1,
});
