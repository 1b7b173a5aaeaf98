import { expect, it } from 'vitest';
import { createDelayedWrite } from './delayed-write.ts';

it('writes once for many calls, and one write waits for the one before', async () => {
  const told: string[] = [];
  let finish = (): void => undefined;
  const delayed = createDelayedWrite(async () => {
    told.push('begins');
    await new Promise<void>((done) => {
      finish = done;
    });
    told.push('ends');
  }, 1);
  delayed.schedule();
  delayed.schedule();
  await expect.poll(() => told).toEqual(['begins']);
  const flushed = delayed.flush();
  expect(told).toEqual(['begins']);
  finish();
  await expect.poll(() => told).toEqual(['begins', 'ends', 'begins']);
  finish();
  await flushed;
  expect(told).toEqual(['begins', 'ends', 'begins', 'ends']);
});
