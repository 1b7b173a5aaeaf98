import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as pause } from 'node:timers/promises';
import { prepareDataDir } from '../packages/server/src/platform/data-dir.ts';
import { openKeyring, type Keyring } from '../packages/server/src/platform/keyring/keyring.ts';
import { closeRing } from '../packages/server/src/platform/keyring/ring/ring-file.ts';
import { makeKey } from '../packages/server/src/platform/keyring/ring/wrap.ts';
import { openSubjectKeys, type SubjectKeys } from '../packages/server/src/platform/keyring/subject-keys.ts';
import { report } from './report.ts';

/**
 * Fields that are encrypted and decrypted again, each under the key of one of 5,000 data subjects; and a million wrapped keys
 * under a new one while others read and write. One thread, as in the process itself.
 */
const BUDGET_PER_SECOND = 50_000;
const BUDGET_REWRAP_SECONDS = 60;
const KEYS = 1_000_000;
const SUBJECTS = 5000;
const FIELDS = 200_000;
const BATCH = 500;
const READS_IN_A_ROW = 20;
const FIELD = { field: 'client', place: ['leaf', '01JBENCH'] };
const text = '2001:db8:85a3::8a2e:370:7334, the address of somebody, 64 octets';

const dataDir = await mkdtemp(join(tmpdir(), 'hf-bench-keyring-'));
await prepareDataDir(dataDir);
const keyring = await openKeyring({ dataDir });
const keys = await openSubjectKeys({ dataDir, keyring });

/** A new key for those of data subjects, without a database to tell others of it. */
async function replaceSubjectsKey(given: Keyring): Promise<void> {
  const { ring } = given;
  const { revision, root, rootChangedAt, keys: known } = ring.ring;
  const key = makeKey('subjects', { version: 2, now: Date.now(), activeFrom: 0 }, ring.kek);
  const next = closeRing({ revision: revision + 1, root, rootChangedAt, keys: [...known, key] }, ring.kek);
  await given.store(next);
  ring.adopt(next);
}

interface Rate {
  readonly perSecond: number;
  /** Of the time that this process had a processor: what it would be on a machine with nothing else to do. */
  readonly perCpuSecond: number;
}

/** Seconds of processor time since `began`. */
const cpuSeconds = (began: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
};

function fieldsPerSecond(): Rate {
  let wrong = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let index = 0; index < FIELDS; index += 1) {
    const envelope = keys.encrypt({ ...FIELD, subject: `s${index % SUBJECTS}`, text });
    if (keys.decrypt({ ...FIELD, envelope }) !== text) wrong += 1;
  }
  if (wrong > 0) throw new Error(`${wrong} fields came back as something else`);
  const perSecond = Math.round(FIELDS / ((performance.now() - began) / 1000));
  return { perSecond, perCpuSecond: Math.round(FIELDS / cpuSeconds(cpu)) };
}

interface Readers {
  readonly reads: number;
  readonly errors: number;
}

/** Reads what was there before, by all subjects in turn, and writes for new ones, as long as the work goes on. */
async function readMeanwhile(state: { isOver: boolean }, envelopes: readonly string[]): Promise<Readers> {
  let reads = 0;
  let errors = 0;
  while (!state.isOver) {
    for (let turn = 0; turn < READS_IN_A_ROW; turn += 1) {
      const envelope = envelopes[(reads * 7919) % envelopes.length] ?? '';
      if (keys.decrypt({ ...FIELD, envelope }) !== text) errors += 1;
      reads += 1;
    }
    const made = keys.encrypt({ ...FIELD, subject: `new${reads}`, text });
    if (keys.decrypt({ ...FIELD, envelope: made }) !== text) errors += 1;
    await pause();
  }
  return { reads, errors };
}

async function rewrapAll(area: SubjectKeys['sealed'], target: string): Promise<number> {
  let done = 0;
  for (;;) {
    const some = await area.reseal(target, BATCH);
    if (some === 0) return done;
    done += some;
    await pause();
  }
}

const rates = [fieldsPerSecond(), fieldsPerSecond(), fieldsPerSecond()].toSorted((one, other) => one.perSecond - other.perSecond);
const { perSecond, perCpuSecond } = rates[1] ?? { perSecond: 0, perCpuSecond: 0 };

const envelopes: string[] = [];
for (let made = keys.count; made < KEYS; made += 1) {
  const envelope = keys.encrypt({ ...FIELD, subject: `k${made}`, text });
  if (made % 97 === 0) envelopes.push(envelope);
  if (made % 50_000 === 0) await keys.flush();
}
await keys.flush();
const before = keys.count;
await replaceSubjectsKey(keyring);
const target = keyring.ring.activeId('subjects');
const state = { isOver: false };
const stalls = monitorEventLoopDelay({ resolution: 5 });
stalls.enable();
const began = performance.now();
const cpuBegan = process.cpuUsage();
const readers = readMeanwhile(state, envelopes);
const done = await rewrapAll(keys.sealed, target);
const seconds = (performance.now() - began) / 1000;
const rewrapCpuSeconds = Number(cpuSeconds(cpuBegan).toFixed(1));
state.isOver = true;
const { reads, errors } = await readers;
stalls.disable();
const left = [...(await keys.sealed.count())].filter(([key]) => key !== target).reduce((sum, [, count]) => sum + count, 0);
await keys.close();
const again = await openSubjectKeys({ dataDir, keyring });
const lost = envelopes.filter((envelope) => again.decrypt({ ...FIELD, envelope }) !== text).length;
const fileMib = Math.round((await stat(join(dataDir, 'keys', 'subjects.log'))).size / 2 ** 20);
await again.close();
await rm(dataDir, { recursive: true, force: true });

report({
  name: 'keyring',
  budget: `>= ${BUDGET_PER_SECOND} fields encrypted and decrypted a second; ${KEYS} keys rewrapped in <= ${BUDGET_REWRAP_SECONDS} s with reads going on and no error`,
  ok:
    perSecond >= BUDGET_PER_SECOND &&
    seconds <= BUDGET_REWRAP_SECONDS &&
    done === before &&
    errors + left + lost === 0 &&
    reads > 0,
  results: {
    fieldsPerSecond: perSecond,
    fieldsPerCpuSecond: perCpuSecond,
    keys: before,
    rewrapSeconds: Number(seconds.toFixed(1)),
    rewrapCpuSeconds,
    keysPerSecond: Math.round(done / seconds),
    readsMeanwhile: reads,
    errors,
    leftUnderTheOldKey: left,
    lostAfterReopening: lost,
    longestStallMs: Math.round(stalls.max / 1e6),
    fileMib,
  },
});
