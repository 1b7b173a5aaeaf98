import { ENTITIES_MAX, type Detection, type Entity } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { Folding } from './folding.ts';

const NETWORK: Entity = { kind: 'network', value: '198.51.100.0/24' };
const address = (last: number): Entity => ({ kind: 'address', value: `198.51.100.${last}` });

const detection = (time: number, given: Partial<Detection> = {}): Detection => ({
  kind: 'behaviour',
  detector: 'B1',
  title: 'Credential stuffing',
  severity: 'high',
  time,
  application: 'shop',
  entities: [NETWORK],
  reason: 'many accounts',
  figures: {},
  attacks: [],
  evidence: [],
  events: 1,
  answers: [],
  ...given,
});
const ban = (last: number): Detection['answers'] => [{ answer: 'ban', entity: address(last) }];

describe('what is found within one second', () => {
  it('goes out at once, and once more at the end with what repeated it', () => {
    const folding = new Folding();
    expect(folding.take([detection(1), detection(2), detection(3)])).toMatchObject([{ time: 1 }]);
    expect(folding.flush()).toMatchObject([{ time: 3, events: 2 }]);
    expect(folding.flush()).toEqual([]);
  });

  it('keeps what each of them asked for, whom it named, and the worst severity', () => {
    const folding = new Folding();
    folding.take([detection(1)]);
    folding.take([
      detection(2, { answers: ban(1), entities: [NETWORK, address(1)], severity: 'critical' }),
      detection(3, { answers: [...ban(2), ...ban(1)], entities: [NETWORK, address(2)] }),
    ]);
    expect(folding.flush()).toMatchObject([
      { severity: 'critical', answers: [...ban(1), ...ban(2)], entities: [NETWORK, address(2), address(1)] },
    ]);
  });

  it('loses no answer when there are more than one detection holds', () => {
    const folding = new Folding();
    const asked = Array.from({ length: ENTITIES_MAX * 3 }, (_none, index) => ban(index));
    const told = folding.take(asked.map((answers, index) => detection(index, { answers })));
    const all = [...told, ...folding.flush()].flatMap(({ answers }) => answers);
    expect(all).toHaveLength(asked.length);
    expect(new Set(all.map(({ entity }) => entity.value)).size).toBe(asked.length);
  });
});
