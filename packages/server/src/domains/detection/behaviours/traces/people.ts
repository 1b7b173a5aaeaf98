import type { WatchedEvent } from '../../watch/watched-event.ts';
import { tried } from './events.ts';
import type { Random } from './random.ts';

/** Of public addresses, each number another /24; far enough apart to have operators of their own. */
export function networkOfNumber(number: number): string {
  return `${20 + (number % 150)}.${Math.floor(number / 150) % 250}.${(number * 7) % 250}`;
}

interface Honest {
  readonly time: number;
  readonly account: string;
  readonly address: string;
  /** Share of those who come with a device that signed in before. */
  readonly known: number;
  readonly agent?: string;
}

/** Somebody signs in; some mistype once or twice before, and hardly anybody gives up. */
export function honestSignIn(random: Random, { known, time, ...who }: Honest): WatchedEvent[] {
  const isKnown = random.chance(known);
  const wrong = random.chance(0.12) ? random.between(1, 2) : 0;
  const failures = Array.from({ length: wrong }, (_, index) => tried({ ...who, isKnown, time: time + index * 9000 })).flat();
  if (wrong > 0 && random.chance(0.08)) return failures;
  return [...failures, ...tried({ ...who, isKnown, time: time + wrong * 9000, isOk: true })];
}
