import { describe, expect, it } from 'vitest';
import { toApiRequest } from './api-request.ts';
import { createPolicyEngine } from './engine.ts';
import { readPolicies } from './read-policies.ts';
import { createRememberingEngine } from './remembering-engine.ts';

const TEXT = `@id("ci") permit(principal == ServiceAccount::"A", action == Action::"ban:write", resource) when { context.elevated == false };
@id("night") forbid(principal, action, resource) when { principal.permissions.contains("audit:read") };`;

function policies() {
  const reading = readPolicies(
    TEXT.replace('principal, action, resource)', 'principal is ServiceAccount, action, resource)'),
    'api',
  );
  if (reading.kind === 'faulty') throw new Error(JSON.stringify(reading.faults));
  return reading.set.policies;
}

const asked = ['A', 'B'].flatMap((id) =>
  (['ban:write', 'ban:read'] as const).flatMap((permission) =>
    [true, false].flatMap((elevated) =>
      [[], ['audit:read' as const]].map((scopes) =>
        toApiRequest({
          asker: { kind: 'service', id, role: null, groups: [], acr: 'none', authTime: null },
          permission,
          method: 'POST',
          elevated,
          scopes,
        }),
      ),
    ),
  ),
);

describe('an engine that remembers', () => {
  it('says of every question, asked again and in any order, what the policies say', () => {
    const plain = createPolicyEngine(policies());
    const remembering = createRememberingEngine(policies());
    for (const request of [...asked, ...asked.toReversed(), ...asked])
      expect(remembering.decide(request)).toEqual(plain.decide(request));
    expect(new Set(asked.map((request) => plain.decide(request).allowed))).toEqual(new Set([true, false]));
  });

  it('asks again after a failure', () => {
    const [policy] = policies();
    if (policy === undefined) throw new Error('there is one');
    // Its head takes the request, and its text cannot be read.
    const engine = createRememberingEngine([{ ...policy, text: 'permit(' }]);
    const [request] = asked.filter(({ principal, action }) => principal.id === 'A' && action.id === 'ban:write');
    if (request === undefined) throw new Error('there is one');
    for (let round = 0; round < 2; round += 1) expect(engine.decide(request)).toMatchObject({ allowed: false, why: 'failed' });
  });
});
