import type { Exchange, StepResult } from '../exchange.ts';
import { ON } from '../exchange.ts';
import { stretchesOf } from './reframe.ts';
import type { Change } from './reframe.ts';
import { SpooledBody, stretchesBytes } from './spooled-body.ts';
import type { TakenBody, TakenFile } from './taken-body.ts';
import type { SeenFile } from './verdict.ts';

interface Passing {
  readonly files: readonly SeenFile[];
  /** Where files are only recorded, nothing of a request is changed either. */
  readonly mayChange: boolean;
}

const NO_CHANGES: ReadonlyMap<TakenFile, Change> = new Map();

/** The body as it came, but for names that had to be cleaned; it is given back when the exchange is over. */
export async function passOn(exchange: Exchange, taken: TakenBody, { files, mayChange }: Passing): Promise<StepResult> {
  const changes = mayChange ? changesOf(files) : NO_CHANGES;
  if (exchange.body.kind === 'buffered') {
    if (changes.size > 0) await rewrite(exchange, taken, changes);
    return ON;
  }
  const stretches = await stretchesOf(taken, changes);
  const { outgoing } = exchange;
  exchange.body = { kind: 'spooled', lengthBytes: stretchesBytes(stretches), open: () => new SpooledBody(stretches) };
  if (outgoing.destroyed) taken.close();
  else outgoing.once('close', () => taken.close());
  return ON;
}

/** Only parts of a form have a name that goes on. */
function changesOf(files: readonly SeenFile[]): ReadonlyMap<TakenFile, Change> {
  const changes = new Map<TakenFile, Change>();
  for (const { file, name } of files) {
    if (file.name !== '' && name !== file.name) changes.set(file, { name });
  }
  return changes;
}

async function rewrite(exchange: Exchange, taken: TakenBody, changes: ReadonlyMap<TakenFile, Change>): Promise<void> {
  const pieces: Uint8Array[] = [];
  for (const { content, from, to } of await stretchesOf(taken, changes)) {
    if (content.kind === 'disk') throw new Error('assertion: a body in memory has its files there too');
    pieces.push(content.bytes.subarray(from, to));
  }
  const bytes = Buffer.concat(pieces);
  const { head } = exchange;
  // Its coding was undone to look into it.
  exchange.head = { ...head, headers: head.headers.filter(([name]) => name !== 'content-encoding') };
  exchange.body = { kind: 'buffered', bytes, inflated: bytes };
}
