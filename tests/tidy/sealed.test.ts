import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './source-files.ts';

/** Who seals with the keyring, and the areas that a change of keys finds it by. */
const SEALERS: Readonly<Record<string, readonly string[]>> = {
  'packages/server/src/composition/core.ts': ['tuning: what was found', 'tuning: routes', 'traffic: names of routes'],
  'packages/server/src/domains/audit/tree/signing-key.ts': ['ledger: signing keys'],
  'packages/server/src/domains/detection/alerts/sealed.ts': [
    'alerts: whom they are about',
    'alerts: what was seen',
    'alerts: notes',
    'alerts: who gathers risk',
    'alerts: who is not told of',
  ],
  'packages/server/src/domains/detection/channels/sealed.ts': [
    'channels: targets and their secrets',
    'channels: alerts on their way',
  ],
  'packages/server/src/domains/detection/watch/state-file.ts': ['watch: memory'],
  'packages/server/src/domains/identity/people/factors.ts': ['people: authenticator seeds'],
  'packages/server/src/domains/identity/people/person-store.ts': ['people: e-mail addresses'],
  'packages/server/src/domains/identity/sessions/session-store.ts': ['sessions: addresses', 'sessions: browsers'],
  'packages/server/src/domains/identity/sessions/signing-keys.ts': ['sessions: keys of the identity header'],
  'packages/server/src/domains/identity/sign-in/challenges.ts': ['sign-in: steps under way'],
  'packages/server/src/domains/incidents/actions/sealed.ts': ['actions: what they are about'],
  'packages/server/src/domains/incidents/cases/sealed.ts': [
    'incidents: what they are about',
    'incidents: notes and steps',
    'incidents: keys of files',
    'incidents: names of files',
    'incidents: tasks',
  ],
  'packages/server/src/domains/incidents/clocks/sealed.ts': ['legal clocks: why they are not needed, met or missed'],
  'packages/server/src/domains/incidents/playbooks/runs/store/sealed.ts': [
    'playbooks: what runs know',
    'playbooks: texts that run',
    'playbooks: steps of runs',
  ],
  'packages/server/src/domains/incidents/playbooks/sealed.ts': ['playbooks: documents'],
  'packages/server/src/domains/protection/uploads/sealed.ts': ['uploads: keys of kept files', 'uploads: names of kept files'],
  'packages/server/src/domains/secrets/store/value-seal.ts': ['secrets: data keys'],
  'packages/server/src/domains/secrets/transit/transit.ts': ['vault: encryption keys'],
  'packages/server/src/domains/secrets/wrapping/wrapping.ts': ['vault: wrapped answers'],
  'packages/server/src/platform/bus/outbox.ts': ['events: on their way'],
  'packages/server/src/platform/keyring/sealed-store.ts': ['tls: private keys'],
  'packages/server/src/platform/mail/queue.ts': ['mail: letters on their way'],
};
/** They seal anew what lies in an area already. */
const AREAS = /^packages\/server\/src\/platform\/keyring\/areas\//u;
const SEALS = /\bkeyring\??\.seal\(/u;

const sources = projectFiles().filter(
  (file) => file.startsWith('packages/server/src/') && file.endsWith('.ts') && !/(?:\.test|\/test-[a-z]+)\.ts$/u.test(file),
);

describe('what is sealed', () => {
  it('is an area of the keyring, so that no change of keys forgets it', () => {
    const sealing = sources.filter((file) => !AREAS.test(file) && SEALS.test(read(file)));
    expect(sealing).toEqual(Object.keys(SEALERS).toSorted());
  });

  it('has its line in the guide, under the name that operators see', () => {
    const guide = read('docs/guides/keys.md');
    const code = sources.map(read).join('\n');
    const names = [...Object.values(SEALERS).flat(), 'ledger: keys of data subjects'];
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
    const isNamed = (name: string): boolean => code.includes(`'${name}'`) || name === 'tls: private keys';
    expect(names.filter((name) => !isNamed(name))).toEqual([]);
  });
});
