import { SECRET_VALUE_FIELD, type SecretRef, type SecretReveal, type SecretValue, type SecretView } from '@holdfast/contract';
import { isRefusal, Refusal, type FieldFault } from '../../platform/refusal.ts';
import { pathOf, refText, SECRETS } from '../commands/secret/ref.ts';
import { listAll, type ApiClient } from '../connection/client.ts';
import { isVariableName } from '../env-file/parse.ts';
import type { Values } from './child-environment.ts';
import type { Wanted } from './wanted.ts';

const AT_A_TIME = 8;

/** An application in one of its environments. */
export type Place = Pick<SecretRef, 'application' | 'environment'>;

export interface Fetched {
  readonly values: Values;
  /** `shop/production/KEY@3`: when one of these is not current any more, something changed. */
  readonly versions: ReadonlySet<string>;
}

/** Stands in the record of each read. */
export type Reason = Pick<SecretReveal, 'purpose' | 'via'>;

/** Each value with a record of its own at the server. All that is missing is told at once; then nothing is given. */
export async function fetchValues(api: ApiClient, wanted: readonly Wanted[], reason: Reason): Promise<Fetched> {
  const refs = [...new Map(wanted.map(({ ref }) => [refText(ref), ref])).values()];
  const read = new Map<string, SecretValue | null>();
  for (let at = 0; at < refs.length; at += AT_A_TIME) {
    const some = await Promise.all(
      refs.slice(at, at + AT_A_TIME).map(async (ref) => [ref, await readOne(api, ref, reason)] as const),
    );
    for (const [ref, value] of some) read.set(refText(ref), value);
  }
  return toVariables(wanted, read);
}

async function readOne(api: ApiClient, ref: SecretRef, reason: Reason): Promise<SecretValue | null> {
  try {
    return await api.call<SecretValue>({ method: 'POST', path: `${pathOf(ref)}/reveal`, body: reason });
  } catch (error) {
    if (isRefusal(error, 'not-found')) return null;
    throw error;
  }
}

function toVariables(wanted: readonly Wanted[], read: ReadonlyMap<string, SecretValue | null>): Fetched {
  const faults: FieldFault[] = [];
  const values = new Map<string, string>();
  const versions = new Set<string>();
  for (const { variable, ref, field } of wanted) {
    const pointer = refText(ref);
    const secret = read.get(pointer) ?? null;
    if (secret === null) {
      faults.push({ pointer, detail: `there is no such secret with a value, for ${variable}` });
      continue;
    }
    const data = new Map<string, unknown>(Object.entries(secret.data));
    const value = data.get(field ?? SECRET_VALUE_FIELD);
    if (value === undefined) faults.push({ pointer, detail: whichField(variable, field, [...data.keys()]) });
    else values.set(variable, typeof value === 'string' ? value : JSON.stringify(value));
    versions.add(`${pointer}@${secret.version}`);
  }
  if (faults.length > 0) throw new Refusal('secret-missing', { errors: faults });
  return { values, versions };
}

function whichField(variable: string, field: string | null, known: readonly string[]): string {
  return `${field === null ? 'it has several values' : `it has no field ${field}`}: --map ${variable}=NAME#FIELD with one of ${known.slice(0, 20).join(', ')}`;
}

/** The secrets of a place that can be read now, without their values. */
export async function listPlace(api: ApiClient, place: Place, purpose: string): Promise<readonly SecretView[]> {
  const views = await listAll<SecretView>(api, { method: 'GET', path: SECRETS, query: { ...place, purpose } });
  return views.filter(({ currentVersion }) => currentVersion !== null);
}

/** Everything of a place that fits into a variable of its own name; the rest by name. A decoy is for nobody. */
export function wantedFromAll(views: readonly SecretView[]): { wanted: readonly Wanted[]; leftOut: readonly string[] } {
  const fits = ({ name, fields }: SecretView): boolean => isVariableName(name) && fields.includes(SECRET_VALUE_FIELD);
  const meant = views.filter(({ isCanary }) => !isCanary);
  const wanted = meant.filter(fits).map(({ application, environment, name }) => ({
    variable: name,
    ref: { application, environment, name },
    field: null,
  }));
  return { wanted, leftOut: meant.filter((view) => !fits(view)).map(({ name }) => name) };
}

/** Which versions are current of these places: without values, and without a record of a read. */
export async function currentVersions(api: ApiClient, places: readonly Place[], purpose: string): Promise<ReadonlySet<string>> {
  const found = await Promise.all(places.map((place) => listPlace(api, place, purpose)));
  return new Set(found.flat().map((view) => `${refText(view)}@${view.currentVersion ?? 0}`));
}
