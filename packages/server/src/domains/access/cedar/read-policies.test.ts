import { describe, expect, it, test } from 'vitest';
import { readPolicies, type PolicyReading } from './read-policies.ts';

const PERMIT = 'permit(principal, action, resource);';
const when = (condition: string): string => `permit(principal, action, resource) when { ${condition} };`;
const details = (reading: PolicyReading): string =>
  reading.kind === 'faulty' ? reading.faults.map(({ detail }) => detail).join('\n') : 'ready';

describe('a set of policies', () => {
  it('is read in the order in which it is written, each with its id, effect, head and routes', () => {
    const texts: string[] = Array.from({ length: 12 }, (_, index) => (index === 3 ? `@id("mine") ${PERMIT}` : PERMIT));
    texts[11] = `forbid(principal in Group::"x", action in [Action::"GET", Action::"write"], resource in Route::"/a/{id}") when { resource in Route::"/b/*" };`;
    const reading = readPolicies(texts.join('\n'), 'application');
    if (reading.kind === 'faulty') throw new Error(details(reading));
    const { policies } = reading.set;
    expect(policies.map(({ id }) => id)).toEqual(texts.map((_, index) => (index === 3 ? 'mine' : `policy${index + 1}`)));
    expect(policies[11]).toMatchObject({
      effect: 'forbid',
      principal: { entities: ['Group::x'], isExact: false },
      action: { entities: ['Action::GET', 'Action::write'] },
      resource: { entities: ['Route::/a/{id}'] },
    });
    expect(policies[11]?.routes.toSorted()).toEqual(['/a/{id}', '/b/*']);
    expect(policies[11]?.text).toBe(texts[11]);
  });

  it('is refused with the line and column of each fault, and each place is told once', () => {
    const text = `// áé\n${PERMIT}\n@id("second")\nforbid(principal, action, resource)\n  when { context.nope };`;
    const reading = readPolicies(text, 'application');
    expect(reading.kind === 'faulty' && reading.faults).toEqual([
      { policy: 'second', line: 5, column: 10, detail: expect.stringContaining('attribute `nope` in context') },
    ]);
    const broken = readPolicies(`// áé\n${PERMIT}\npermit(principal action, resource);`, 'application');
    expect(broken.kind === 'faulty' && broken.faults[0]).toMatchObject({ policy: null, line: 3, column: 18 });
  });

  test.each([
    ['nothing', '  // only words', 'there is no policy in it'],
    ['a template', 'permit(principal == ?principal, action, resource);', 'templates'],
    ['two policies with one id', `@id("a") ${PERMIT} @id("a") ${PERMIT}`, 'another policy has this @id'],
    ['an id with other signs', `@id("a b") ${PERMIT}`, 'an @id is up to 64'],
    ['an id of our own', `@id("holdfast-role-owner") ${PERMIT}`, 'policies of Holdfast itself'],
    ['a role that is none', 'permit(principal in Role::"ownr", action, resource);', '"owner"'],
    ['an action that is none', 'permit(principal, action == Action::"FETCH", resource);', 'unrecognized action'],
    ['a type that is none', 'permit(principal == User::"a", action, resource);', 'User'],
    ['a comparison without sense', when('context.authAge == "long"'), 'types'],
    ['a forbid that can never apply', 'forbid(principal, action == Action::"read", resource);', 'policy is impossible'],
    ['a route without its slash', 'permit(principal, action, resource in Route::"admin/*");', 'begins with /'],
    ['a route that is compared in its head', 'permit(principal, action, resource == Route::"/a");', '`resource in`'],
    ['a route that is compared in a condition', when('resource == Route::"/a"'), '`resource in`'],
    ['a route that is compared in a list', when('[Route::"/a"].contains(resource)'), '`resource in`'],
    ['half a pattern', 'permit(principal, action, resource in Route::"/a/b*");', 'a star stands alone'],
    ['a path that is never sent so', 'permit(principal, action, resource in Route::"/a/%41");', '/a/A'],
    ['a path that is refused', when('resource in Route::"/a/../../b"'), 'no request ever has this path'],
  ])('with %s is refused', (_title, text, words) => {
    expect(details(readPolicies(text, 'application'))).toContain(words);
  });

  it('with a permit that can never apply is taken and told', () => {
    const reading = readPolicies(
      `${PERMIT} permit(principal == Visitor::"", action == Action::"read", resource);`,
      'application',
    );
    expect(reading.kind === 'ready' && reading.set.warnings).toMatchObject([{ policy: 'policy2', line: 1 }]);
  });

  it('speaks the words of its kind and not those of the other', () => {
    expect(readPolicies('permit(principal, action == Action::"ban:write", resource);', 'api').kind).toBe('ready');
    expect(readPolicies('permit(principal, action == Action::"ban:write", resource);', 'application').kind).toBe('faulty');
    expect(readPolicies('permit(principal, action == Action::"GET", resource);', 'api').kind).toBe('faulty');
  });
});

describe('a text that Cedar would choke on', () => {
  const chains: readonly (readonly [string, string])[] = [
    ['brackets', `${'('.repeat(5000)}true${')'.repeat(5000)}`],
    ['sets', `${'['.repeat(5000)}1${']'.repeat(5000)} == 1`],
    ['records', `${'{a:'.repeat(5000)}1${'}'.repeat(5000)} == 1`],
    ['conditions', `${'if true then true else '.repeat(5000)}true`],
    ['sums', `${Array.from({ length: 9000 }, () => '1').join(' + ')} == 2`],
    ['products', `${Array.from({ length: 9000 }, () => '1').join('*')} == 2`],
    ['steps', `context${'.a'.repeat(9000)}`],
    ['signs', `${'!'.repeat(9000)}true`],
    ['joins', Array.from({ length: 9000 }, () => 'true').join(' && ')],
    ['choices', Array.from({ length: 9000 }, () => 'false').join(' || ')],
    ['a long text', `context.path like "${'*a'.repeat(5000)}"`],
  ];

  test.each(chains)('of %s is refused or read, and the next one is read as before', (_title, condition) => {
    const reading = readPolicies(when(condition), 'application');
    expect(['ready', 'faulty']).toContain(reading.kind);
    expect(readPolicies(PERMIT, 'application').kind).toBe('ready');
  });

  it('does not count what stands in texts and comments', () => {
    expect(readPolicies(`// ${'('.repeat(500)}\n${when(`context.path == "${'('.repeat(500)}"`)}`, 'application').kind).toBe(
      'ready',
    );
    expect(readPolicies(when(`context.path == "\\"${'('.repeat(500)}"`), 'application').kind).toBe('ready');
  });
});
