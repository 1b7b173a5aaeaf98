import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openLedgerFiles } from './ledger-files.ts';

/** Child process: appends as fast as it can and says so only when a record is acknowledged. Somebody will kill it. */
const { segments, publisher } = await openLedgerFiles(process.argv[2] ?? '');
if (publisher.state !== 'ok') {
  writeSync(1, `state ${publisher.state}\n`);
  process.exit(1);
}
publisher.start();
// Published far more often than in production, so that kills meet every step of a publication.
const again = (): void => void publisher.publish().then(() => setTimeout(again, 5));
again();
for (;;) {
  const text = randomBytes(60).toString('hex');
  const group = Array.from({ length: 40 }, async (_, n) => {
    const index = await segments.append((place) => Buffer.from(`{"n":${place},"text":"${text}${n}"}`));
    writeSync(1, `${index} ${text}${n}\n`);
  });
  await Promise.all(group);
}
