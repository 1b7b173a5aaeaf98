import { SECRET_VALUE_FIELD, type SecretData } from '@holdfast/contract';
import { z } from 'zod';
import type { Clock } from '../../../../platform/clock.ts';
import { newPassword } from '../../targets/login.ts';
import { TargetFault } from '../../targets/target-fault.ts';
import { assertWebhookUrl, callWebhook } from '../../targets/webhook.ts';
import type { OpenSecret, RotationJob, Rotator, SettingsOf } from '../rotator.ts';
import { replaceValue, valueField } from './random.ts';

type Settings = SettingsOf<'webhook'>;
type Job = RotationJob<Settings>;
type Step = 'check' | 'set' | 'verify' | 'retire' | 'undo';

/** Only whoever took the credential can say that it works; a mere 200 could be any page. */
const verifiedSchema = z.object({ verified: z.literal(true) });

/** Whatever else takes a new value: told step by step, each request signed and repeatable. */
export function createWebhook(openSecret: OpenSecret, clock: Clock): Rotator<Settings> {
  const call = async (job: Job, step: Step, credential: SecretData | null): Promise<unknown> =>
    callWebhook({
      url: job.settings.url,
      signingKey: signingKeyIn(await openSecret(job.settings.signing)),
      id: `${job.id}-${step}`,
      nowSeconds: Math.floor(clock.now() / 1000),
      body: {
        type: `rotation.${step}`,
        timestamp: new Date(clock.now()).toISOString(),
        data: {
          rotation: job.id,
          secret: `${job.ref.application}/${job.ref.environment}/${job.ref.name}`,
          isDrill: job.isDrill,
          credential,
        },
      },
    });
  return {
    async check(job) {
      assertWebhookUrl(job.settings.url);
      replaceValue(job.current, '');
      await call(job, 'check', null);
    },
    make: async ({ current, settings }) => ({ data: replaceValue(current, newPassword(settings.length)), facts: {} }),
    set: async (job, next) => void (await call(job, 'set', next)),
    async verify(job, next) {
      if (!verifiedSchema.safeParse(await call(job, 'verify', next)).success)
        throw new TargetFault('the address did not confirm that the new credential works');
    },
    retire: async (job) => void (await call(job, 'retire', job.current)),
    undo: async (job) => void (await call(job, 'undo', null)),
  };
}

function signingKeyIn(data: SecretData): string {
  const key = data[valueField(data) ?? SECRET_VALUE_FIELD];
  if (typeof key !== 'string') throw new TargetFault('the signing secret holds no text in value');
  return key;
}
