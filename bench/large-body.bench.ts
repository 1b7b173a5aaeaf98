import { request } from 'node:http';
import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { startPeer } from './measured-process.ts';
import { median, report } from './report.ts';

/**
 * One megabyte of hostile JSON or text: how long its sender waits, and how long everybody else does meanwhile. Small requests go
 * through one after the other all the time; the longest of them shows how long the event loop did not turn.
 */
const BUDGET_LARGE_MS = 200;
const BUDGET_SMALL_MS = 50;
const BYTES = 1_000_000;
const ROUNDS = 3;

const filled = (fragment: string, bytes = BYTES): string => fragment.repeat(Math.ceil(bytes / fragment.length)).slice(0, bytes);
const json = (fragment: string): string => JSON.stringify({ note: filled(fragment, BYTES - 100) }).slice(0, 1_048_000);
const jsonMany = (): string => JSON.stringify(Array.from({ length: 9000 }, (_, id) => ({ id, note: `a' or ${id}=1 --` })));
const CASES: readonly { name: string; type: string; body: string }[] = [
  { name: 'json, one string of quotes', type: 'application/json', body: json("' or ") },
  { name: 'json, one string of tags', type: 'application/json', body: json('<a b=') },
  { name: 'json, thousands of values', type: 'application/json', body: jsonMany() },
  { name: 'text of concatenations', type: 'text/plain', body: filled("'||'") },
  { name: 'text of braces', type: 'text/plain', body: filled('{{') },
  { name: 'text of percent escapes', type: 'text/plain', body: filled('%25') },
  { name: 'text of substitutions', type: 'text/plain', body: filled('$(') },
  { name: 'form of one long value', type: 'application/x-www-form-urlencoded', body: `q=${filled('..%2f')}` },
];

function send(port: number, path: string, post?: { type: string; body: string }): Promise<number> {
  return new Promise((done, fail) => {
    const began = performance.now();
    const headers = post === undefined ? {} : { 'content-type': post.type, 'content-length': Buffer.byteLength(post.body) };
    const outgoing = request(
      { host: '127.0.0.1', port, path, method: post === undefined ? 'GET' : 'POST', headers },
      (incoming) => {
        incoming.resume();
        incoming.on('end', () => done(performance.now() - began));
      },
    );
    outgoing.on('error', fail);
    outgoing.end(post?.body);
  });
}

const upstream = await startPeer('upstream.ts');
await using holdfast = await HoldfastProcess.start({
  args: ['--to', `http://127.0.0.1:${upstream.port}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
});
const port = Number(new URL(holdfast.plain).port);

/** Small requests, one after the other, until told to stop; gives the longest. */
async function watchSmall(isOver: () => boolean): Promise<number> {
  let longest = 0;
  // The next one starts when the last has ended: that is what is measured.
  // oxlint-disable-next-line no-await-in-loop
  while (!isOver()) longest = Math.max(longest, await send(port, '/products?page=2'));
  return longest;
}

// The thread and the compiler warm up on bodies that are not counted.
for (const { type, body } of CASES) await send(port, '/notes', { type, body });
const results = [];
for (const { name, type, body } of CASES) {
  const large: number[] = [];
  let isOver = false;
  const small = watchSmall(() => isOver);
  // oxlint-disable-next-line no-await-in-loop
  for (let round = 0; round < ROUNDS; round += 1) large.push(await send(port, '/notes', { type, body }));
  isOver = true;
  // oxlint-disable-next-line no-await-in-loop
  results.push({ name, largeMs: Math.round(median(large)), smallLongestMs: Math.round(await small) });
}
const worstLarge = Math.max(...results.map(({ largeMs }) => largeMs));
const worstSmall = Math.max(...results.map(({ smallLongestMs }) => smallLongestMs));
report({
  name: 'large-body',
  budget: `${BUDGET_LARGE_MS} ms for 1 MB of hostile JSON or text, and nobody else waits longer than ${BUDGET_SMALL_MS} ms`,
  ok: worstLarge < BUDGET_LARGE_MS && worstSmall < BUDGET_SMALL_MS,
  results: { worstLargeMs: worstLarge, worstSmallMs: worstSmall, cases: results },
});
upstream.child.kill();
