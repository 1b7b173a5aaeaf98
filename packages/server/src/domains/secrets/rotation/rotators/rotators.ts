import type { RotatorName } from '@holdfast/contract';
import type { Clock } from '../../../../platform/clock.ts';
import type { OpenSecret, Rotator } from '../rotator.ts';
import { createPostgresPair } from './postgres-pair.ts';
import { createPostgresRole } from './postgres-role.ts';
import { createRandom } from './random.ts';
import { createRedisUser } from './redis.ts';
import { createWebhook } from './webhook.ts';

/** The rotator of each name. */
export type RotatorOf = (name: RotatorName) => Rotator;

export function createRotators({ openSecret, clock }: { readonly openSecret: OpenSecret; readonly clock: Clock }): RotatorOf {
  const rotators = {
    'postgres-pair': createPostgresPair(openSecret),
    postgres: createPostgresRole(openSecret),
    redis: createRedisUser(openSecret),
    webhook: createWebhook(openSecret, clock),
    random: createRandom(),
  };
  return (name) => rotators[name];
}
