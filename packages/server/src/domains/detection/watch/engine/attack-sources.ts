import {
  requestCompleted,
  type AttackSourceQuery,
  type AttackSources,
  type Detection,
  type EventRecord,
} from '@holdfast/contract';
import { z } from 'zod';
import { CENTRES } from '../../../../platform/geo/country-table.ts';
import type { Place } from '../../../../platform/geo/places.ts';

const STEP_MS = 600_000;
const STEPS = 144;
const SPAN_STEPS: Readonly<Record<AttackSourceQuery['span'], number>> = { '1h': 6, '24h': STEPS };
/** Countries times networks that attack within a day are fewer; the longest unseen goes first. */
const PLACES_MAX = 2000;
const NETWORK_CHARS_MAX = 128;

/** A request that met one of these was refused for who sent it. */
const BECAUSE_OF_WHO: ReadonlySet<string> = new Set(['ban', 'intel']);

type What = 'requests' | 'findings';
type Where = Pick<AttackSources['items'][number], 'country' | 'asn' | 'network'>;

/** Counts of a day by ten minutes; a place of the ring belongs to the newest step that fell on it. */
class Steps {
  readonly #steps = new Uint32Array(STEPS);
  readonly #counts = new Uint32Array(STEPS);

  add(step: number): void {
    const at = step % STEPS;
    const held = this.#steps[at] ?? 0;
    if (held > step) return;
    if (held < step) this.#counts[at] = 0;
    this.#steps[at] = step;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  since(step: number): number {
    let sum = 0;
    for (let at = 0; at < STEPS; at += 1) if ((this.#steps[at] ?? 0) >= step) sum += this.#counts[at] ?? 0;
    return sum;
  }

  save(): readonly [number, number][] {
    return Array.from(this.#steps, (step, at): [number, number] => [step, this.#counts[at] ?? 0]).filter(([, n]) => n > 0);
  }

  static load(saved: readonly (readonly [number, number])[]): Steps {
    const loaded = new Steps();
    for (const [step, n] of saved) {
      loaded.#steps[step % STEPS] = step;
      loaded.#counts[step % STEPS] = n;
    }
    return loaded;
  }
}

interface Source {
  readonly where: Where;
  readonly requests: Steps;
  readonly findings: Steps;
  lastAt: number;
}

const whole = z.number().int().nonnegative();
const steps = z.array(z.tuple([whole.max(0xffff_ffff), whole.max(0xffff_ffff)])).max(STEPS);
const savedSchema = z.object({
  since: whole,
  sources: z
    .array(
      z.object({
        country: z.string().max(2).nullable(),
        asn: whole.nullable(),
        network: z.string().max(NETWORK_CHARS_MAX).nullable(),
        requests: steps,
        findings: steps,
        lastAt: whole,
      }),
    )
    .max(PLACES_MAX),
});

/** Where attacks come from, by country and network: who sent them is not kept. Bounded, and part of what the watch remembers. */
export class AttackSourceCounts {
  readonly #sources = new Map<string, Source>();
  #since: number | null = null;

  /** Whether this event is an attack as far as the gateway knows. */
  static isAttack({ type, outcome, reason }: EventRecord): boolean {
    if (type !== requestCompleted.type) return false;
    return outcome === 'blocked' || outcome === 'recorded' || (outcome === 'refused' && BECAUSE_OF_WHO.has(reason ?? ''));
  }

  /** The address that a detection is about, if it is about one. */
  static addressOf({ entities }: Detection): string | null {
    return entities.find(({ kind }) => kind === 'address')?.value ?? null;
  }

  note(what: What, place: Place | null, time: number): void {
    this.#since ??= time;
    const where = { country: place?.country ?? null, asn: place?.asn ?? null, network: place?.network ?? null };
    const key = `${where.country ?? ''} ${where.asn ?? ''}`;
    const source = this.#sources.get(key) ?? { where, requests: new Steps(), findings: new Steps(), lastAt: time };
    source[what].add(Math.floor(time / STEP_MS));
    source.lastAt = Math.max(source.lastAt, time);
    // What was seen last stands last.
    this.#sources.delete(key);
    this.#sources.set(key, source);
    if (this.#sources.size <= PLACES_MAX) return;
    const [longestUnseen] = this.#sources.keys();
    if (longestUnseen !== undefined) this.#sources.delete(longestUnseen);
  }

  view({ span, limit }: AttackSourceQuery, now: number): AttackSources {
    const first = Math.floor(now / STEP_MS) - SPAN_STEPS[span] + 1;
    const counted = [...this.#sources.values()]
      .map(({ where, requests, findings, lastAt }) => ({
        ...where,
        requests: requests.since(first),
        findings: findings.since(first),
        lastAt,
      }))
      .filter((one) => one.requests + one.findings > 0)
      .toSorted(byMost);
    const total = { requests: sumOf(counted, 'requests'), findings: sumOf(counted, 'findings') };
    return { span, since: this.#since ?? now, items: counted.slice(0, limit), countries: byCountry(counted), total };
  }

  save(): unknown {
    const sources = [...this.#sources.values()].map(({ where, requests, findings, lastAt }) => ({
      ...where,
      requests: requests.save(),
      findings: findings.save(),
      lastAt,
    }));
    return { since: this.#since ?? 0, sources };
  }

  /** Damaged or of another version: begins anew. */
  load(saved: unknown): void {
    const { data } = savedSchema.safeParse(saved);
    if (data === undefined) return;
    this.#since = data.since === 0 ? null : data.since;
    for (const { country, asn, network, requests, findings, lastAt } of data.sources)
      this.#sources.set(`${country ?? ''} ${asn ?? ''}`, {
        where: { country, asn, network },
        requests: Steps.load(requests),
        findings: Steps.load(findings),
        lastAt,
      });
  }
}

type Counted = AttackSources['items'][number];

const byMost = (a: Pick<Counted, What | 'lastAt'>, b: Pick<Counted, What | 'lastAt'>): number =>
  b.requests + b.findings - (a.requests + a.findings) || b.lastAt - a.lastAt;

const sumOf = (counted: readonly Counted[], what: What): number => counted.reduce((sum, one) => sum + one[what], 0);

function byCountry(counted: readonly Counted[]): AttackSources['countries'] {
  const countries = new Map<string, AttackSources['countries'][number]>();
  for (const { country, requests, findings, lastAt } of counted) {
    if (country === null) continue;
    const centre = CENTRES.get(country);
    const at = centre === undefined ? null : { latitude: centre.latitude, longitude: centre.longitude };
    const held = countries.get(country) ?? { country, at, requests: 0, findings: 0, lastAt };
    held.requests += requests;
    held.findings += findings;
    held.lastAt = Math.max(held.lastAt, lastAt);
    countries.set(country, held);
  }
  return [...countries.values()].toSorted(byMost);
}
