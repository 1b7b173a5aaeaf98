import type { Rotation, SecretDetail, SecretValue } from '@holdfast/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostCall } from '../../support/host-client.ts';
import type { HoldfastProcess } from '../../support/holdfast-process.ts';
import { psqlAs, type PostgresCluster } from '../../support/postgres-cluster.ts';

/** Shared secrets belong to no application: nothing has to be protected for these tests. */
export const URL_REF = { application: 'secret', environment: 'production', name: 'DATABASE_URL' };
export const ADMIN_REF = { application: 'secret', environment: 'production', name: 'POSTGRES_ADMIN' };
export const PAIR = ['shop_a', 'shop_b'] as const;
export const FIRST_PASSWORD = 'first-password-of-a';
const GIVE_UP_MS = 60_000;

const pathOf = ({ application, environment, name }: typeof URL_REF): string =>
  `/api/v1/secrets/${application}/${environment}/${name}`;

/** The API of one process as its operator calls it; an answer that is none throws. */
export class Operator {
  readonly #holdfast: HoldfastProcess;

  constructor(holdfast: HoldfastProcess) {
    this.#holdfast = holdfast;
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states the shape
  async call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const answer = await hostCall(this.#holdfast, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Body;
  }

  async write(ref: typeof URL_REF, data: Record<string, string>): Promise<void> {
    await this.call('POST', `${pathOf(ref)}/versions`, { data });
  }

  async read(ref: typeof URL_REF, version?: number): Promise<string> {
    const body = { purpose: 'testing', ...(version === undefined ? {} : { version }) };
    const { data } = await this.call<SecretValue>('POST', `${pathOf(ref)}/reveal`, body);
    if (typeof data['url'] !== 'string') throw new Error('assertion: it holds an address');
    return data['url'];
  }

  async states(ref: typeof URL_REF): Promise<string[]> {
    const { versions } = await this.call<SecretDetail>('GET', pathOf(ref));
    return versions.map(({ state }) => state);
  }

  async rotate(how: { now?: boolean; drill?: boolean } = {}): Promise<Rotation> {
    return this.call('POST', '/api/v1/rotations', { ...URL_REF, ...how });
  }

  async rotations(): Promise<Rotation[]> {
    return (await this.call<{ items: Rotation[] }>('GET', '/api/v1/rotations')).items;
  }

  /** The newest rotation, once it is over. */
  async finished(): Promise<Rotation> {
    return until(async () => {
      const [newest] = await this.rotations();
      return newest?.finishedAt === null ? null : (newest ?? null);
    });
  }
}

export async function until<Value>(look: () => Promise<Value | null>): Promise<Value> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    const value = await look();
    if (value !== null) return value;
    if (performance.now() > giveUpAt) throw new Error('it did not happen in time');
    await sleep(100);
  }
}

/** Two roles for one application, of which the first is in use. */
export async function createPair(cluster: PostgresCluster): Promise<void> {
  await cluster.query(
    `create role shop nologin; create role shop_a login in role shop password '${FIRST_PASSWORD}'; create role shop_b login in role shop; create table thing (n integer); insert into thing values (1); grant select on thing to shop`,
  );
}

export function urlOf(cluster: PostgresCluster, user: string, password: string): string {
  const url = new URL(cluster.url);
  url.username = user;
  url.password = password;
  return url.href;
}

/** Null = it logged in and read; else why not. */
export const queryAs = async (url: string): Promise<string | null> => psqlAs(url, 'select n from thing');

/** The secret, its administration and the plan. */
export async function setUp(operator: Operator, cluster: PostgresCluster, overlapSeconds: number): Promise<void> {
  await operator.write(ADMIN_REF, { url: cluster.url });
  await operator.write(URL_REF, { url: urlOf(cluster, 'shop_a', FIRST_PASSWORD) });
  const settings = { rotator: 'postgres-pair', admin: ADMIN_REF, roles: PAIR };
  await operator.call('PUT', '/api/v1/rotation-plans', { ...URL_REF, settings, everyDays: 30, overlapSeconds });
}
