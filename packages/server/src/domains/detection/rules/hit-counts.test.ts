import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../platform/db/database.ts';
import { silentLog as log } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createHitCounts } from './hit-counts.ts';
import { actor, asFiles, openRules, ruleText } from './test-rules.ts';

const ID = 'a0000000-0000-4000-8000-000000000001';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());

it('hits that cannot be written while the database is away are not lost', async () => {
  const { rules } = openRules(platform);
  await rules.import({ files: asFiles(ruleText(ID)) }, actor);
  let isAway = true;
  const transaction: Database['transaction'] = async (run) => {
    if (isAway) throw new Error('the database of this test is away');
    return platform.db.transaction(run);
  };
  const counts = createHitCounts({ db: { ...platform.db, transaction }, log });
  counts.take([{ detector: ID, hits: 2, lastAt: 10 }]);
  await counts.flush();
  expect(await rules.show(ID)).toMatchObject({ hits: 0 });
  isAway = false;
  counts.take([{ detector: ID, hits: 1, lastAt: 5 }]);
  await counts.flush();
  expect(await rules.show(ID)).toMatchObject({ hits: 3, lastHitAt: 10 });
});
