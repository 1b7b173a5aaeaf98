import { AU_ABROAD, BR_HOME, cameIn, cameInAt, DE_HOME, DE_MOBILE, FR_HOTEL, NL_SERVER, US_SERVER } from './account-events.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FAR = [AU_ABROAD, BR_HOME];
const COME_IN = [cameIn, cameInAt];

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B3', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B3', name, isAttack: false, make });

export const travelTraces: readonly Trace[] = [
  attack('from home and from the other side of the world', (random) => {
    const come = random.pick(COME_IN);
    return [
      come({ time: BEGIN, from: DE_HOME }),
      come({ time: BEGIN + random.between(2, 300) * MINUTE, from: random.pick(FAR), isKnown: false }),
    ];
  }),
  attack('the stranger first, the owner after', (random) => {
    const come = random.pick(COME_IN);
    return [
      come({ time: BEGIN, from: random.pick(FAR), isKnown: false }),
      come({ time: BEGIN + random.between(5, 200) * MINUTE, from: DE_HOME, isKnown: false }),
    ];
  }),
  attack('among other sign-ins at home', (random) => [
    ...Array.from({ length: random.between(1, 4) }, (_, index) => cameIn({ time: BEGIN + index * 20 * MINUTE, from: DE_HOME })),
    cameIn({ time: BEGIN + random.between(90, 300) * MINUTE, from: random.pick(FAR), isKnown: false }),
  ]),
  attack('through a rented server far away', (random) => [
    cameIn({ time: BEGIN, from: BR_HOME }),
    cameIn({ time: BEGIN + random.between(2, 120) * MINUTE, from: NL_SERVER, isKnown: false }),
  ]),
  twin('a known device that took its tunnel along', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME }),
    cameIn({ time: BEGIN + random.between(1, 120) * MINUTE, from: random.pick([...FAR, US_SERVER]), isKnown: true }),
  ]),
  twin('a new phone at home, over another network', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME }),
    cameIn({ time: BEGIN + random.between(1, 60) * MINUTE, from: DE_MOBILE, isKnown: false }),
  ]),
  twin('a flight', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME }),
    cameIn({ time: BEGIN + random.between(20, 23) * HOUR, from: random.pick(FAR), isKnown: false }),
  ]),
  twin('a train to the country beside', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME }),
    cameIn({ time: BEGIN + random.between(30, 300) * MINUTE, from: FR_HOTEL, isKnown: false }),
  ]),
  twin('two people', (random) => [
    cameIn({ time: BEGIN, from: DE_HOME }),
    cameIn({ time: BEGIN + random.between(1, 60) * MINUTE, from: random.pick(FAR), person: 'grace', isKnown: false }),
  ]),
];
