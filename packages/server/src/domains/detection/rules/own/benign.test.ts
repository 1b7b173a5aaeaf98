import type { EventRecord } from '@holdfast/contract';
import { compile, readDocuments, Scanner } from '@holdfast/sigma';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { toSigmaEvent } from '../../watch/fields/sigma-event.ts';
import { requestEvent } from '../test-rules.ts';
import { readOwnRules } from './own-files.ts';

// Read where it lies beside the checkout, copied nowhere.
const file = new URL('../../../../../../../../shared/corpora/benign-dev.jsonl.gz', import.meta.url);
const isPresent = existsSync(file);
if (!isPresent) process.emitWarning('the corpus of honest requests is not here: our own rules are not held against it');

/** How often which rule may find one: none so far. */
const LISTED: Readonly<Record<string, number>> = {};
const REQUESTS_MAX = 10_000;

/** The corpora's README fixes this shape. */
interface Honest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function eventOf({ method, path, headers }: Honest): EventRecord {
  const [stem = '', query = ''] = path.split('?', 2);
  const event = requestEvent({ path: stem.slice(0, 512), query: query.slice(0, 512) });
  return {
    ...event,
    payload: { ...event.payload, method, userAgent: headers['User-Agent'] ?? '', referrer: headers['Referer'] ?? '' },
  };
}

it.skipIf(!isPresent)(
  'our own rules stay silent on ten thousand honest requests, but for a few that are listed',
  { timeout: 60_000 },
  async () => {
    const { ruleset } = compile((await readOwnRules()).flatMap(({ text, file: name }) => readDocuments(text, name).documents));
    if (ruleset === null) throw new Error('assertion: our own rules compile');
    const scanner = new Scanner(ruleset);
    const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, REQUESTS_MAX);
    const found = new Map<string, number>();
    let requests = 0;
    for (const line of lines.filter((text) => text !== '')) {
      requests += 1;
      for (const rule of scanner.match(toSigmaEvent(eventOf(JSON.parse(line) as Honest)))) {
        const name = ruleset.rules[rule]?.metadata;
        if (name !== undefined && !ruleset.linked.quietRules.has(rule)) found.set(name.title, (found.get(name.title) ?? 0) + 1);
      }
    }
    expect(requests).toBeGreaterThan(1000);
    expect(Object.fromEntries(found)).toEqual(LISTED);
  },
);
