import type { Exchange, StepResult } from '../exchange.ts';
import { ON } from '../exchange.ts';
import type { ChangedPicture } from './images/change-pictures.ts';
import { ABOUT_CONTENT, stretchesOf } from './reframe.ts';
import type { Change } from './reframe.ts';
import { SpooledBody } from './spooled-body.ts';
import { SpooledPieces, stretchesBytes } from './spooled-pieces.ts';
import type { Stretch } from './spooled-pieces.ts';
import type { TakenBody, TakenFile } from './take/taken-body.ts';
import type { SeenFile } from './verdict.ts';

interface Passing {
  readonly files: readonly SeenFile[];
  readonly pictures: readonly ChangedPicture[];
  /** Where files are only recorded, nothing of a request is changed either. */
  readonly mayChange: boolean;
}

const NO_CHANGES: ReadonlyMap<TakenFile, Change> = new Map();

/** The body as it came, but for names that had to be cleaned and pictures that were changed; it is given back when the exchange is over. */
export async function passOn(exchange: Exchange, taken: TakenBody, passing: Passing): Promise<StepResult> {
  const changes = passing.mayChange ? changesOf(passing) : NO_CHANGES;
  if (exchange.body.kind === 'buffered' && changes.size === 0) return ON;
  const stretches = await stretchesOf(taken, changes);
  if (changes.size > 0) forgetDigests(exchange);
  if (exchange.body.kind === 'buffered' && stretches.every(isInMemory)) rewrite(exchange, stretches);
  else
    exchange.body = {
      kind: 'spooled',
      lengthBytes: stretchesBytes(stretches),
      open: () => new SpooledBody(stretches),
      pieces: () => new SpooledPieces(stretches),
    };
  const { outgoing } = exchange;
  const close = (): void => {
    taken.close();
    for (const picture of passing.pictures) picture.close();
  };
  if (outgoing.destroyed) close();
  else outgoing.once('close', close);
  return ON;
}

/** Only parts of a form have a name that goes on. */
function changesOf({ files, pictures }: Passing): ReadonlyMap<TakenFile, Change> {
  const changes = new Map<TakenFile, Change>();
  for (const { file, name } of files) {
    if (file.name !== '' && name !== file.name) changes.set(file, { name });
  }
  for (const { seen, content } of pictures) changes.set(seen.file, { ...changes.get(seen.file), content });
  return changes;
}

const isInMemory = ({ content }: Stretch): boolean => content.kind === 'memory';

/** What a client said of the octets that it sent is not true of others; and a coding was undone to look into them. */
function forgetDigests(exchange: Exchange): void {
  const { head } = exchange;
  const isGone = (name: string): boolean =>
    (ABOUT_CONTENT.has(name) && name !== 'content-length') || (exchange.body.kind === 'buffered' && name === 'content-encoding');
  exchange.head = { ...head, headers: head.headers.filter(([name]) => !isGone(name)) };
}

function rewrite(exchange: Exchange, stretches: readonly Stretch[]): void {
  const pieces = stretches.map(({ content, from, to }) =>
    content.kind === 'memory' ? content.bytes.subarray(from, to) : Buffer.alloc(0),
  );
  const bytes = Buffer.concat(pieces);
  exchange.body = { kind: 'buffered', bytes, inflated: bytes };
}
