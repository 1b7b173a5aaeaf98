import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enrolTotp, expectStep, FROM, openTestSignIn, type TestSignIn } from '../sign-in/test-sign-in.ts';
import { LONG_PASSWORD, OPERATOR } from './test-people.ts';

let given: TestSignIn;
beforeAll(async () => {
  given = await openTestSignIn();
}, 60_000);
afterAll(async () => given[Symbol.asyncDispose]());
beforeEach(async () => given.reset());

const begin = async (name: string, password: string, deviceToken: string | null = null, round = 0) =>
  given.signIn.begin({ ...FROM, name, password, deviceToken, address: `192.0.2.${round}` });

describe('an operator lifts a lockout', () => {
  it('of the account for strangers, of known devices, and of the app; passwords and factors stay', async () => {
    const { people, platform } = given.test;
    const ann = await given.test.person({ mfaRequired: true });
    const { challenge } = expectStep(await begin(ann.name, LONG_PASSWORD), 'enrol');
    const { app, last } = await enrolTotp(given, challenge);
    const { deviceToken } = expectStep(last, 'signed-in');
    for (let round = 0; round < 10; round += 1) await begin(ann.name, 'wrong', null, round);
    for (let round = 0; round < 10; round += 1) await begin(ann.name, 'wrong', deviceToken, round);
    for (const device of [null, deviceToken]) {
      expect(await begin(ann.name, LONG_PASSWORD, device, 99)).toMatchObject({ cause: 'locked' });
    }
    await people.unlock(ann.id, OPERATOR);
    expectStep(await begin(ann.name, LONG_PASSWORD, null, 98), 'second-factor');
    platform.advance(60_000);
    const open = expectStep(await begin(ann.name, LONG_PASSWORD, deviceToken, 97), 'second-factor');
    expectStep(await given.signIn.finishTotp(open.challenge, app.code(platform.clock.now())), 'signed-in');
    expect(platform.recorded.map(({ type }) => type)).toContain('identity.lockout-lifted');
  });

  it('also of an app that pauses after ten wrong codes', async () => {
    const { people, platform } = given.test;
    const ann = await given.test.person({ mfaRequired: true });
    const { app } = await enrolTotp(given, expectStep(await begin(ann.name, LONG_PASSWORD), 'enrol').challenge);
    for (let round = 0; round < 10; round += 1) {
      const { challenge } = expectStep(await begin(ann.name, LONG_PASSWORD), 'second-factor');
      await given.signIn.finishTotp(challenge, '000000');
    }
    platform.advance(60_000);
    const paused = expectStep(await begin(ann.name, LONG_PASSWORD), 'second-factor');
    expect(await given.signIn.finishTotp(paused.challenge, app.code(platform.clock.now()))).toMatchObject({ cause: 'locked' });
    await people.unlock(ann.id, OPERATOR);
    expectStep(await given.signIn.finishTotp(paused.challenge, app.code(platform.clock.now())), 'signed-in');
  });
});

describe('a letter tells of a sign-in', () => {
  it('with a browser that was not used before, and of no other', async () => {
    const ann = await given.test.person({ email: 'ann@example.org' });
    const { deviceToken } = expectStep(await begin(ann.name, LONG_PASSWORD), 'signed-in');
    expect(given.test.letters).toEqual([]);
    expectStep(await begin(ann.name, LONG_PASSWORD, deviceToken), 'signed-in');
    expect(given.test.letters).toEqual([]);
    expectStep(await begin(ann.name, LONG_PASSWORD), 'signed-in');
    expect(given.test.letters).toMatchObject([{ to: 'ann@example.org', subject: 'A sign-in from a new device' }]);
  });
});
