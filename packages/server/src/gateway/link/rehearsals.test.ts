import { patchRuleSchema, type DownMessage } from '@holdfast/contract';
import { expect, it } from 'vitest';
import { createRehearsals } from './rehearsals.ts';

const patch = patchRuleSchema.parse({
  id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
  application: 'shop',
  method: '*',
  route: '/search',
  location: 'query',
  parameter: 'q',
  match: { kind: 'absent' },
  action: 'record',
  finding: null,
  expiresAt: 1,
});
const held = { requests: 3, unjudged: 1, touched: 1, addresses: ['192.0.2.1'] };

it('adds up what all gateways answer, each address once', async () => {
  const rehearsals = createRehearsals();
  const told: DownMessage[] = [];
  const tell = (message: DownMessage): void => void told.push(message);
  const asked = rehearsals.ask(patch, [tell, tell]);
  expect(told).toEqual([
    { kind: 'rehearse', id: 1, patch },
    { kind: 'rehearse', id: 1, patch },
  ]);
  rehearsals.settle(1, held);
  rehearsals.settle(9, held);
  rehearsals.settle(1, { ...held, addresses: ['192.0.2.1', '192.0.2.2'] });
  rehearsals.settle(1, held);
  expect(await asked).toEqual({ requests: 6, unjudged: 2, touched: 2, addresses: ['192.0.2.1', '192.0.2.2'] });
});

it('goes by those who answered, and by nothing where there is nobody to ask', async () => {
  const rehearsals = createRehearsals(5);
  const asked = rehearsals.ask(patch, [() => rehearsals.settle(1, held), () => undefined]);
  expect(await asked).toEqual(held);
  expect(await rehearsals.ask(patch, [])).toEqual({ requests: 0, unjudged: 0, touched: 0, addresses: [] });
});

it('asks a bounded number of questions at once', async () => {
  const rehearsals = createRehearsals(60_000);
  const all = Array.from({ length: 17 }, () => rehearsals.ask(patch, [() => undefined]));
  expect(await all[16]).toMatchObject({ requests: 0 });
  for (let id = 1; id <= 16; id += 1) rehearsals.settle(id, held);
  expect((await Promise.all(all)).filter(({ requests }) => requests === 3)).toHaveLength(16);
});
