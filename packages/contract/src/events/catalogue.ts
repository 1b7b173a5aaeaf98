import { authenticationEvents } from './authentication.ts';
import { adviceEvents } from './advice.ts';
import { controlEvents } from './control.ts';
import type { EventDefinition } from './define.ts';
import { alertEvents, channelEvents, detectionEvents, intelEvents } from './detection.ts';
import { cspInlineSeen, cspReported, protocolRejected, requestCompleted, snapshotApplied } from './gateway.ts';
import { identityEvents } from './identity.ts';
import { keyringEvents } from './keyring.ts';
import { patchEvents } from './patch.ts';
import { schemaEvents } from './schema.ts';
import { sealEvents } from './seal.ts';
import { leaseEvents } from './lease.ts';
import { actionEvents, clockEvents, incidentEvents, isolationEvents, playbookEvents, recoveryEvents } from './response.ts';
import { rotationEvents } from './rotation.ts';
import { secretEvents } from './secret.ts';
import { serviceAccountEvents } from './service-account.ts';
import { sessionEvents } from './session.ts';
import { uploadEvents } from './upload.ts';
import { vaultEvents } from './vault.ts';

/** Every event that Holdfast can record, by type. */
export const EVENTS: ReadonlyMap<string, EventDefinition> = new Map(
  [
    requestCompleted,
    protocolRejected,
    cspReported,
    cspInlineSeen,
    snapshotApplied,
    ...Object.values(controlEvents),
    ...Object.values(schemaEvents),
    ...Object.values(sessionEvents),
    ...Object.values(identityEvents),
    ...Object.values(authenticationEvents),
    ...Object.values(serviceAccountEvents),
    ...Object.values(adviceEvents),
    ...Object.values(keyringEvents),
    ...Object.values(vaultEvents),
    ...Object.values(uploadEvents),
    ...Object.values(sealEvents),
    ...Object.values(rotationEvents),
    ...Object.values(leaseEvents),
    ...Object.values(secretEvents),
    ...Object.values(patchEvents),
    ...Object.values(alertEvents),
    ...Object.values(detectionEvents),
    ...Object.values(intelEvents),
    ...Object.values(channelEvents),
    ...Object.values(incidentEvents),
    ...Object.values(actionEvents),
    ...Object.values(isolationEvents),
    ...Object.values(playbookEvents),
    ...Object.values(clockEvents),
    ...Object.values(recoveryEvents),
  ].map((definition) => [
    definition.type,
    // The catalogue forgets the payload's exact type; readers validate with `payload` before use.
    definition as unknown as EventDefinition,
  ]),
);
