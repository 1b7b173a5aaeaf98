import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminClient } from '../tests/support/admin-client.ts';
import { startAlertReceiver } from '../tests/support/alert-receiver.ts';
import { HoldfastProcess, holdfast } from '../tests/support/holdfast-process.ts';
import { startMailSink } from '../tests/support/mail-sink.ts';
import { report } from './report.ts';

const INCIDENTS = 120;
const EVERY_MS = 100;
const LOOK_MS = 5;
const GIVEN_UP_MS = 60_000;
const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes, as is', 'utf8').toString('base64')}`;

/** From the call that opens an incident until a webhook and a mail server have it, through the outbox and the letters of channels. */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const receiver = await startAlertReceiver();
const post = await startMailSink();
const running = await HoldfastProcess.start({
  dataDir: join(folder, 'data'),
  env: {
    HOLDFAST_MAIL__TRANSPORT: 'smtp',
    HOLDFAST_MAIL__FROM: 'holdfast@example.test',
    HOLDFAST_MAIL__SMTP__HOST: '127.0.0.1',
    HOLDFAST_MAIL__SMTP__PORT: String(post.port),
  },
});
const add = (args: readonly string[], input = '') =>
  holdfast(['alert', 'channel', 'add', ...args, '--data-dir', running.dataDir], { input });
await add(['webhook', 'hook', '--url', `${receiver.url}/hook`, '--stdin'], `${SECRET}\n`);
await add(['mail', 'post', '--to', 'on-call@example.test']);
const admin = await createAdminClient(running, ['incident:write']);

const began = new Map<string, number>();
const hooked = new Map<string, number>();
const mailed = new Map<string, number>();
const wordsIn = (texts: readonly string[], arrived: Map<string, number>): void => {
  for (const text of texts) {
    const word = /telling-\d{4}/u.exec(text)?.[0];
    if (word !== undefined && !arrived.has(word)) arrived.set(word, performance.now());
  }
};
const timer = setInterval(() => {
  wordsIn(
    receiver.at('/hook').map(({ body }) => body),
    hooked,
  );
  wordsIn(post.letters, mailed);
}, LOOK_MS);
for (let number = 0; number < INCIDENTS; number += 1) {
  const title = `telling-${String(number).padStart(4, '0')}`;
  began.set(title, performance.now());
  const { status } = await admin.call('POST', '/api/v1/incidents', { title, severity: 'high' });
  if (status !== 201) throw new Error(`an incident was answered ${status}`);
  await sleep(EVERY_MS);
}
const end = performance.now() + GIVEN_UP_MS;
while ((hooked.size < INCIDENTS || mailed.size < INCIDENTS) && performance.now() < end) await sleep(LOOK_MS);
clearInterval(timer);

const p95 = (arrived: ReadonlyMap<string, number>): number => {
  const times = [...began].map(([word, at]) => (arrived.get(word) ?? Number.POSITIVE_INFINITY) - at);
  return Math.round(times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? Number.POSITIVE_INFINITY);
};
const [webhookMs, mailMs] = [p95(hooked), p95(mailed)];
report({
  name: 'telling',
  budget: `of ${INCIDENTS} incidents, from the call to the webhook and to the mail server: p95 <= 5000 ms, each told`,
  ok: webhookMs <= 5000 && mailMs <= 5000 && hooked.size === INCIDENTS && mailed.size === INCIDENTS,
  results: { webhookP95Ms: webhookMs, mailP95Ms: mailMs, webhook: hooked.size, mail: mailed.size },
});
admin[Symbol.dispose]();
await running[Symbol.asyncDispose]();
await post[Symbol.asyncDispose]();
await receiver[Symbol.asyncDispose]();
rmSync(folder, { recursive: true, force: true });
