import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LockOutStand } from '../../support/lock-out-stand.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

const DISK_MIB = 160;
const OWN = '198.51.100.20';
const SSH = { SSH_CONNECTION: `${OWN} 50000 10.0.0.1 22` };
const SOON = { timeout: 60_000, interval: 500 };

const disk = mountSmallDisk(DISK_MIB);
if (disk === null) console.warn('SKIPPED LOUDLY: this host may not mount a small tmpfs, so a full disk is not tested');

describe.skipIf(disk === null)('a host whose disk is full', () => {
  let stand: LockOutStand;
  beforeAll(async () => {
    stand = await LockOutStand.open([], { parent: disk?.path ?? '' });
  }, 60_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    disk?.[Symbol.dispose]();
  });

  test('13: nothing can be changed, not even a ban of oneself lifted; with room again one command does', async () => {
    const status = async (): Promise<number> => (await stand.visit(OWN)).status;
    await stand.recover([['ban', 'add', OWN, '--forever']]);
    await expect.poll(status, SOON).toBe(403);
    // What was open in the last block may still fit.
    const tryAChange = async (): Promise<string> => {
      disk?.fill();
      const { code, data } = await stand.server.cli<{ code: string }>('ban', 'add', '192.0.2.201');
      return code === 0 ? 'done' : data.code;
    };
    await expect.poll(tryAChange, SOON).toMatch(/^(?:audit|database)-unavailable$/u);
    expect((await stand.visit('198.51.100.77')).status).toBe(200);
    expect(await status()).toBe(403);
    disk?.free();
    const lift = async (): Promise<number | null> => {
      const { code } = await stand.server.cli('ban', 'add', '192.0.2.202');
      return code;
    };
    await expect.poll(lift, SOON).toBe(0);
    await stand.recover([['ban', 'remove', '--mine']], SSH);
    await expect.poll(status, SOON).toBe(200);
    await stand.expectNothingLost();
  }, 180_000);
});
