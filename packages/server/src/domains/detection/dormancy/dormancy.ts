import type { Detection, EventRecord } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import { ELEVATION_MS } from '../../identity/index.ts';
import { BY_WATCH } from '../alerts/alert-parts.ts';
import { dormantAdmin } from '../behaviours/accounts/b08-dormant-admin.ts';
import { detectionOf } from '../behaviours/finding.ts';
import { numberOf, textOf } from '../watch/fields/payload.ts';

const DAY_MS = 86_400_000;
/** Whoever came back is asked on the first day, as B8 does. */
const AWAKE_MS = DAY_MS;
/** Shorter than anybody may set B8 to: who it is about is decided when they call. */
const QUIET_MS_LEAST = 7 * DAY_MS;
const PEOPLE_MAX = 5000;
/** The alert is stored before the call is answered, but a database that is away does not hold it for ever. */
const STORE_MS = 5000;

export interface DormancyParts {
  readonly clock: Clock;
  readonly alerts: { take(found: readonly Detection[]): void; settle(): Promise<void> };
  readonly people: { requireStepUp(person: string, actor: Actor): Promise<unknown> };
  /** As B8 is set. */
  readonly settings: () => Promise<{ readonly isOn: boolean; readonly days: number }>;
}

/** Asks people who come back after weeks for every factor again, before their first privileged call is answered. */
export interface Dormancy {
  observe(events: readonly EventRecord[]): void;
  /** Rejects with `step-up-required` when this person has to show again who they are. */
  before(call: { readonly person: string; readonly permission: string }): Promise<void>;
}

interface Woken {
  readonly quietSince: number;
  readonly wokeAt: number;
  toldAt: number | null;
}

/** Known from the records of sign-ins at this node since it started; what is missed here the watch tells afterwards (B8). */
export function createDormancy(parts: DormancyParts): Dormancy {
  const woken = new Map<string, Woken>();
  const signedIn = (person: string, { payload, time }: EventRecord): void => {
    const lastAt = numberOf(payload, 'lastAt');
    const toldAt = woken.get(person)?.toldAt ?? null;
    if (toldAt !== null && time >= toldAt) woken.delete(person);
    else if (lastAt !== null && time - lastAt >= QUIET_MS_LEAST) woken.set(person, { quietSince: lastAt, wokeAt: time, toldAt });
    const [first] = woken.keys();
    if (woken.size > PEOPLE_MAX && first !== undefined) woken.delete(first);
  };
  return {
    observe(events) {
      for (const event of events) {
        const person = PROVING.has(event.type) ? textOf(event.payload, 'person') : null;
        if (person !== null) signedIn(person, event);
      }
    },
    async before({ person, permission }) {
      const entry = woken.get(person);
      const now = parts.clock.now();
      if (entry === undefined || now - entry.wokeAt > AWAKE_MS) return;
      const { isOn, days } = await parts.settings();
      const quietDays = Math.floor((entry.wokeAt - entry.quietSince) / DAY_MS);
      if (!isOn || quietDays < days) return;
      if (entry.toldAt === null) await ask(parts, { person, permission, quietDays });
      entry.toldAt ??= now;
      throw new Refusal('step-up-required', { stepUp: { acr: 'aal2', maxAgeSeconds: ELEVATION_MS / 1000 } });
    },
  };
}

const PROVING: ReadonlySet<string> = new Set(['identity.signed-in', 'identity.stepped-up']);

interface Asked {
  readonly person: string;
  readonly permission: string;
  readonly quietDays: number;
}

async function ask({ clock, alerts, people }: DormancyParts, { person, permission, quietDays }: Asked): Promise<void> {
  const found = detectionOf(dormantAdmin, {
    time: clock.now(),
    application: null,
    entities: [{ kind: 'user', value: person }],
    reason: `a person without activity for ${quietDays} days asked for this and was asked for every factor first: ${permission}`,
    figures: { days: quietDays, action: permission },
    attacks: ['t1078'],
    evidence: [],
    events: 1,
  });
  alerts.take([found]);
  await Promise.race([alerts.settle(), new Promise((done) => void setTimeout(done, STORE_MS).unref())]);
  await people.requireStepUp(person, BY_WATCH);
}
