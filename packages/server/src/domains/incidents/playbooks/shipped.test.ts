import { actionRequestSchema } from '@holdfast/contract';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { flowOf } from './documents/flow.ts';
import { actionOf } from './documents/own-agent.ts';
import type { Playbook } from './documents/playbook.ts';
import { readPlaybook } from './documents/read.ts';
import { substitute } from './documents/substitution.ts';
import type { Values } from './documents/values.ts';
import { readShipped, shippedFolder } from './shipped.ts';

const shipped = await readShipped();
const read = shipped.map(({ file, document, triggers }) => ({ file, triggers, ...readPlaybook(document) }));
/** Values of the kind that an incident gives. */
const VALUES: Values = new Map(
  Object.entries({
    __incident__: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    __number__: '7',
    __severity__: 'high',
    __source__: '203.0.113.9',
    __person__: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    __token__: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    __secret__: 'shop/database "main"',
    __application__: 'shop',
    __route__: '/search',
    __action__: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
    __state__: 'effective',
  }).map(([name, value]) => [name, { type: 'string', value }]),
);

const commandsOf = ({ steps }: Playbook) =>
  [...steps.values()].flatMap((step) => (step.type === 'action' ? step.commands.map((command) => ({ step, command })) : []));

describe('shipped playbooks', () => {
  it('are ten, with an id and a name of their own each', () => {
    expect(shipped.map(({ file }) => path.parse(file).name)).toEqual([
      'account-takeover',
      'credential-stuffing',
      'data-exfiltration',
      'injection-attack',
      'insider-administrator',
      'leaked-secret',
      'lost-availability',
      'malicious-upload',
      'ransomware-defacement',
      'vulnerable-dependency',
    ]);
    expect(new Set(read.map(({ playbook }) => playbook?.id)).size).toBe(10);
    expect(new Set(read.map(({ playbook }) => playbook?.name)).size).toBe(10);
  });

  it.each(read)('$file passes our own validator without a warning', ({ playbook, faults }) => {
    expect(faults).toEqual([]);
    expect(playbook).not.toBeNull();
  });

  it.each(read)('$file preserves evidence first, tells somebody, and says what it did not do', ({ playbook }) => {
    if (playbook === null) throw new Error('it cannot be read');
    const first = playbook.steps.get(playbook.steps.get(playbook.start)?.onCompletion ?? '');
    expect(first?.type === 'action' && first.commands.map((command) => actionOf(command)?.name)).toEqual(['preserve-evidence']);
    const actions = commandsOf(playbook).map(({ command }) => actionOf(command)?.name);
    expect(actions).toContain('notify');
    expect(playbook.exception).not.toBeNull();
    // What can be undone is looked at, and taken back where that it holds cannot be seen.
    const undone = commandsOf(playbook).filter(({ command }) => command.type === 'http-api' && command.path.endsWith('/undo'));
    expect(undone.length).toBeGreaterThan(0);
  });

  it.each(read)('$file asks only for actions that there are, with parameters that they take', ({ playbook }) => {
    if (playbook === null) throw new Error('it cannot be read');
    let asked = 0;
    for (const { command } of commandsOf(playbook)) {
      if (command.type !== 'http-api' || command.content === null) continue;
      const filled = substitute(command.content, VALUES, 'json');
      if (filled.kind === 'fault') throw new Error(filled.detail);
      const body = JSON.parse(filled.text) as Record<string, unknown>;
      if (command.path !== '/api/v1/actions') continue;
      const { reason, ...request } = body;
      expect(actionRequestSchema.safeParse(request).error?.issues ?? []).toEqual([]);
      expect(String(reason).length).toBeLessThanOrEqual(500);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(1);
  });

  it('are started by detectors that there are', () => {
    const folder = path.resolve(shippedFolder(), '../rules/own');
    const rules = readdirSync(folder).filter((name) => name.endsWith('.yml'));
    const ids = rules.map((name) => /^id: (\S+)$/mu.exec(readFileSync(path.join(folder, name), 'utf8'))?.[1]);
    const detectors = new Set([...ids, ...Array.from({ length: 12 }, (_, index) => `B${index + 1}`)]);
    const named = read.flatMap(({ triggers }) =>
      triggers.flatMap((trigger) => ('detectors' in trigger ? trigger.detectors : [])),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((detector) => !detectors.has(detector))).toEqual([]);
  });

  it('are drawn with the approvals that their actions take', () => {
    const approvals = (file: string) => {
      const playbook = read.find((one) => one.file === file)?.playbook ?? null;
      return playbook === null ? [] : flowOf(playbook).map(({ name, approval }) => [name, approval]);
    };
    expect(approvals('ransomware-defacement.json')).toEqual(
      expect.arrayContaining([
        ['preserve evidence', 0],
        ['cut the application off', 1],
        ['is the way in closed?', 'manual'],
        ['restore the newest verified backup', 2],
      ]),
    );
    expect(approvals('injection-attack.json')).toEqual(expect.arrayContaining([['ban the source for an hour', 0]]));
  });
});
