import { applicationSchema, type ApplicationInput } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { changedFields, changeMode, hostConflicts, modeSteps, toConfiguration } from './domain.ts';

const make = (input: Partial<ApplicationInput> = {}) =>
  applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000', ...input });

describe('hostConflicts', () => {
  it('refuses a host that another application serves, and names the owner', () => {
    const faults = hostConflicts(make({ id: 'b', hosts: ['b.test', 'a.test'] }), [make({ id: 'a', hosts: ['a.test'] })]);
    expect(faults).toEqual([{ pointer: '/hosts/1', detail: 'a.test belongs to application a' }]);
  });

  it('refuses a second application without hosts', () => {
    expect(hostConflicts(make({ id: 'b' }), [make({ id: 'a' })])).toHaveLength(1);
  });

  it('lets one catch-all stand beside named hosts, and an application beside its own old self', () => {
    expect(hostConflicts(make({ id: 'b' }), [make({ id: 'a', hosts: ['a.test'] })])).toEqual([]);
    expect(hostConflicts(make({ id: 'a', hosts: ['a.test'] }), [make({ id: 'a', hosts: ['a.test'] })])).toEqual([]);
  });
});

describe('changeMode', () => {
  it('sets the mode and says from what to what', () => {
    expect(changeMode(make(), { mode: 'enforce' })?.step).toEqual({ group: null, from: 'monitor', to: 'enforce' });
  });

  it('sets one rule group and lets it inherit again', () => {
    const blocked = changeMode(make(), { group: 'sqli', action: 'block' });
    expect(blocked?.next.rules).toEqual({ sqli: 'block' });
    expect(changeMode(make({ rules: { sqli: 'block', xss: 'off' } }), { group: 'sqli', action: 'inherit' })?.next.rules).toEqual({
      xss: 'off',
    });
  });

  it('is nothing when nothing changes', () => {
    expect(changeMode(make(), { mode: 'monitor' })).toBeNull();
    expect(changeMode(make(), { group: 'xss', action: 'inherit' })).toBeNull();
  });
});

describe('modeSteps and changedFields', () => {
  it('find what a whole-document write changed, and nothing else', () => {
    const before = make({ rules: { xss: 'off' } });
    const after = make({ mode: 'enforce', rules: { sqli: 'record' }, hosts: ['shop.test'] });
    expect(modeSteps(before, after)).toEqual([
      { group: null, from: 'monitor', to: 'enforce' },
      { group: 'xss', from: 'off', to: 'inherit' },
      { group: 'sqli', from: 'inherit', to: 'record' },
    ]);
    expect(changedFields(before, after)).toEqual(['hosts', 'mode', 'rules']);
    expect(changedFields(before, structuredClone(before))).toEqual([]);
  });
});

describe('toConfiguration', () => {
  it('leaves out what is standard and reads back to the same application', () => {
    const application = make({ hosts: ['shop.test'], csp: { mode: 'enforce' }, rate: { perSecond: 0.5 } });
    const written = toConfiguration(application);
    expect(written).toEqual({
      id: 'shop',
      name: 'Shop',
      upstream: 'http://127.0.0.1:3000',
      mode: 'monitor',
      hosts: ['shop.test'],
      csp: { mode: 'enforce' },
      rate: { perSecond: 0.5 },
    });
    expect(applicationSchema.parse(written)).toEqual(application);
  });
});
