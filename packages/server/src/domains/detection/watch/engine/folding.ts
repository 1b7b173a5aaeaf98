import { ENTITIES_MAX, EVIDENCE_MAX, SEVERITIES, type Detection } from '@holdfast/contract';

/** Different ones within a second; a flood beyond it is counted and nothing more. */
const KEYS_MAX = 5000;

const keyOf = ({ kind, detector, entities }: Detection): string =>
  `${kind}\n${detector}\n${entities[0]?.kind ?? ''}\n${entities[0]?.value ?? ''}`;

/**
 * The first detection of its kind about something goes out at once; what repeats it within the same second goes out as one at
 * the end of it, with the events of all. A scanner that sends ten thousand requests a second makes two detections a second.
 */
export class Folding {
  readonly #waiting = new Map<string, Detection | null>();
  #dropped = 0;

  take(found: readonly Detection[]): Detection[] {
    const first: Detection[] = [];
    for (const detection of found) {
      const key = keyOf(detection);
      const known = this.#waiting.get(key);
      if (known === undefined) {
        if (this.#waiting.size >= KEYS_MAX) this.#dropped += 1;
        else {
          this.#waiting.set(key, null);
          first.push(detection);
        }
      } else {
        const both = known === null ? detection : together(known, detection);
        this.#waiting.set(key, both ?? detection);
        // What is asked for together is more than one detection holds: the earlier one does not wait.
        if (both === null && known !== null) first.push(known);
      }
    }
    return first;
  }

  /** What waited; from here on a new second begins. */
  flush(): Detection[] {
    const waited = [...this.#waiting.values()].filter((detection) => detection !== null);
    this.#waiting.clear();
    return waited;
  }

  /** How many were too many, since it was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

/** Null = they ask for more than fits into one. */
function together(one: Detection, other: Detection): Detection | null {
  const [older, newest] = other.time >= one.time ? [one, other] : [other, one];
  const answers = unique([...older.answers, ...newest.answers], ({ answer, entity }) => `${answer}\n${nameOf(entity)}`);
  if (answers.length > ENTITIES_MAX) return null;
  return {
    ...newest,
    severity: SEVERITIES.indexOf(older.severity) > SEVERITIES.indexOf(newest.severity) ? older.severity : newest.severity,
    entities: unique([...newest.entities, ...older.entities], nameOf).slice(0, ENTITIES_MAX),
    answers,
    events: one.events + other.events,
    evidence: [...one.evidence, ...other.evidence].toSorted((a, b) => a.time - b.time).slice(-EVIDENCE_MAX),
  };
}

const nameOf = ({ kind, value }: Detection['entities'][number]): string => `${kind}\n${value}`;

function unique<Item>(items: readonly Item[], keyOfItem: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOfItem(item), item])).values()];
}
