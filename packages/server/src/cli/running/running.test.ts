import { describe, expect, it } from 'vitest';
import { childEnvironment, loadsCode } from './child-environment.ts';
import { needsPlace, referencesIn, wantedOf, type Asked } from './wanted.ts';

const asked = (change: Partial<Asked>): Asked => ({
  application: 'shop',
  environment: 'production',
  only: [],
  map: [],
  references: new Map(),
  ...change,
});
const shown = (change: Partial<Asked>): string[] =>
  wantedOf(asked(change)).map(
    ({ variable, ref, field }) =>
      `${variable}<${ref.application}|${ref.environment}|${ref.name}${field === null ? '' : `#${field}`}`,
  );

describe('what a program is given', () => {
  it('by its name, by another name, by a whole address, by a reference', () => {
    expect(shown({ only: ['KEY'] })).toEqual(['KEY<shop|production|KEY']);
    expect(shown({ map: ['PGPASSWORD=db/main#password'] })).toEqual(['PGPASSWORD<shop|production|db/main#password']);
    expect(shown({ map: ['KEY=blog/staging/deep/KEY'] })).toEqual(['KEY<blog|staging|deep/KEY']);
    expect(shown({ references: referencesIn({ URL: 'holdfast:DB#url', HOME: '/root', X: undefined }) })).toEqual([
      'URL<shop|production|DB#url',
    ]);
  });

  it('the command line counts where the environment says something else', () => {
    expect(shown({ references: new Map([['KEY', 'OLD']]), map: ['KEY=NEW'] })).toEqual(['KEY<shop|production|NEW']);
  });

  it('needs no place where everything has an address', () => {
    expect(needsPlace(asked({ map: ['A=shop/production/A#x'] }))).toBe(false);
    expect(needsPlace(asked({ map: ['A=db/main'] }))).toBe(true);
    expect(needsPlace(asked({ only: ['A'] }))).toBe(true);
  });

  it.each([['1KEY=A'], ['A-B=A'], ['=A'], ['A'], ['A='], ['A=shop//KEY'], ['A=#field']])('refuses --map %s', (pair) => {
    expect(() => wantedOf(asked({ map: [pair] }))).toThrow(/cannot be a variable|names no secret/u);
  });
});

describe('the environment of a program', () => {
  it('is ours with the values, and without anything of Holdfast', () => {
    const env = { PATH: '/bin', HOLDFAST_TOKEN: 'hf_x', HOLDFAST_DATA_DIR: '/x', KEY: 'holdfast:KEY', NONE: undefined };
    expect(childEnvironment(env, new Map([['KEY', 'value']]))).toEqual({ PATH: '/bin', KEY: 'value' });
  });

  it('takes a name that belongs to Holdfast when it was named, and no zero byte', () => {
    expect(childEnvironment({}, new Map([['HOLDFAST_DATABASE_URL', 'x']]))).toEqual({ HOLDFAST_DATABASE_URL: 'x' });
    expect(() => childEnvironment({}, new Map([['KEY', 'a\0b']]))).toThrow(/cannot be given/u);
  });

  it('knows which variables decide what code is loaded', () => {
    expect(['LD_PRELOAD', 'NODE_OPTIONS', 'PATH', 'PYTHONPATH', 'HOLDFAST_TOKEN'].filter((name) => !loadsCode(name))).toEqual([]);
    expect(['DATABASE_URL', 'PATHS', 'NODE_ENV', 'OLD_KEY', 'ENVIRONMENT'].filter(loadsCode)).toEqual([]);
  });
});
