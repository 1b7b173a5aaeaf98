import { SHARED_SECRETS, type SecretRef } from '@holdfast/contract';

/** `shop/production/DATABASE_URL`: how commands, policies and records name a secret. */
export const refText = ({ application, environment, name }: SecretRef): string => `${application}/${environment}/${name}`;

/** Of what an event is told. */
export const about = (ref: SecretRef) => ({
  application: ref.application === SHARED_SECRETS ? null : ref.application,
  target: refText(ref),
});
