import { LOCATIONS, type RequestCompleted } from '@holdfast/contract';

/** As the gateway's schema step tells it: `pattern: query q (/paths/…)`. */
const VIOLATION = /^([a-z]{1,32}): ([a-z-]{1,16}) (.{0,256}) \([^()]*\)$/u;
const DECODE = 'decode-';
const SCHEMA = 'schema.';

/** What would refuse a request although no detector found an attack: it does not fit the schema, or has two readings. */
export interface Doubt {
  readonly rule: string;
  readonly group: 'schema' | 'decode';
  /** Null where the record does not say. */
  readonly location: (typeof LOCATIONS)[number] | null;
  readonly parameter: string;
}

/**
 * Names come from the client and may hold the marks that separate violations: such a piece is no violation, or one with
 * another name, and an exception for it would let nothing through.
 */
function readViolation(text: string): Doubt | null {
  const [, reason = '', place = '', parameter = ''] = VIOLATION.exec(text) ?? [];
  const location = LOCATIONS.find((known) => known === place);
  return location === undefined ? null : { rule: `${SCHEMA}${reason}`, group: 'schema', location, parameter };
}

/** The doubts about a request, as its record tells them. A schema may be violated beside an attack that was found. */
export function doubtsOf(reason: string | null, steps: RequestCompleted['steps']): Doubt[] {
  if (reason?.startsWith(DECODE) === true) {
    return [
      { rule: `decode.${reason.slice(DECODE.length, DECODE.length + 56)}`, group: 'decode', location: null, parameter: '' },
    ];
  }
  const told = steps.filter(({ step, verdict }) => step === 'schema' && verdict === 'violated');
  return told.flatMap(({ detail }) => detail.split('; ').flatMap((text) => readViolation(text) ?? []));
}
