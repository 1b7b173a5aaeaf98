import type { WatchedEvent } from '../../watch/watched-event.ts';
import { cameIn, DE_HOME, personActor, recorded, tokenActor } from './account-events.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

const read = (time: number, actor = personActor('ada'), type = 'secret.read'): WatchedEvent =>
  recorded({ type, time, actor, target: 'shop/production/DATABASE_URL', payload: { secret: 'shop/production/DATABASE_URL' } });

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B8', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B8', name, isAttack: false, make });
const PRIVILEGED = ['secret.read', 'identity.person-changed', 'policy.accepted', 'audit.exported'];

export const dormantTraces: readonly Trace[] = [
  attack('a person comes back after two months and reads a secret', (random) => [
    read(BEGIN - random.between(46, 300) * DAY),
    cameIn({ time: BEGIN, from: DE_HOME, kind: 'admin' }),
    read(BEGIN + random.between(1, 600) * MINUTE, personActor('ada'), random.pick(PRIVILEGED)),
  ]),
  attack('the record of the sign-in says so, the watch never saw it', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME, kind: 'admin', lastAt: BEGIN - random.between(46, 400) * DAY }),
    read(BEGIN + random.between(1, 600) * MINUTE),
  ]),
  attack('a forgotten token', (random) => [
    read(BEGIN - random.between(46, 200) * DAY, tokenActor('01TOKEN')),
    read(BEGIN, tokenActor('01TOKEN')),
  ]),
  attack('never seen since the watch began', (random) => [
    read(BEGIN - random.between(50, 90) * DAY, personActor('grace')),
    read(BEGIN, personActor('ada')),
  ]),
  twin('back after a holiday', (random) => [
    read(BEGIN - random.between(1, 43) * DAY),
    cameIn({ time: BEGIN, from: DE_HOME, kind: 'admin', lastAt: BEGIN - random.between(1, 43) * DAY }),
    read(BEGIN + random.between(1, 600) * MINUTE),
  ]),
  twin('back, and only looking', (random) => [
    read(BEGIN - random.between(50, 90) * DAY),
    cameIn({ time: BEGIN, from: DE_HOME, kind: 'admin' }),
    cameIn({ time: BEGIN + DAY, from: DE_HOME, kind: 'admin' }),
    read(BEGIN + random.between(26, 40) * 60 * MINUTE),
  ]),
  twin('a new colleague and a new token', (random) => [
    read(BEGIN - random.between(50, 90) * DAY, personActor('grace')),
    recorded({
      type: 'identity.person-created',
      time: BEGIN - DAY,
      actor: { kind: 'operator', ref: 'host:0' },
      payload: { person: 'ada' },
    }),
    cameIn({ time: BEGIN, from: DE_HOME, kind: 'admin', isKnown: false }),
    read(BEGIN + MINUTE),
    recorded({
      type: 'token.created',
      time: BEGIN + 2 * MINUTE,
      actor: personActor('ada'),
      payload: { token: '01NEW', account: 'x' },
    }),
    read(BEGIN + 3 * MINUTE, tokenActor('01NEW')),
  ]),
  twin('the operator of the host', (random) => [
    read(BEGIN - random.between(60, 300) * DAY, { kind: 'operator', ref: 'host:0' }),
    read(BEGIN, { kind: 'operator', ref: 'host:0' }),
  ]),
];
