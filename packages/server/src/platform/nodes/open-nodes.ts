import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';
import { createLine } from './line.ts';
import type { Nodes } from './nodes.ts';

/** Of the 8,000 bytes that a notification carries; the rest is its envelope. */
const TEXT_CHARS_MAX = 7000;
const noteSchema = z.strictObject({
  from: z.string().length(24),
  topic: z.string().max(32),
  text: z.string().max(TEXT_CHARS_MAX),
});

export interface NodesParts {
  readonly url: string;
  /** No two nodes of one database may have the same. */
  readonly node: string;
  readonly db: Database;
  readonly log: Log;
}

/**
 * Notes between nodes by LISTEN and NOTIFY: they go out over the pool and come in over one connection of their own. They name
 * things and carry nothing: whoever hears one reads the rows again.
 */
export async function openNodes({ url, node, db, log }: NodesParts): Promise<Nodes> {
  const self = randomBytes(12).toString('hex');
  const listeners = new Map<string, ((text: string) => void)[]>();
  const returned: (() => void)[] = [];

  const hear = (payload: string): void => {
    const note = readNote(payload);
    if (note === null) log.warn({}, 'a note that no node writes was ignored');
    else if (note.from !== self) for (const listener of listeners.get(note.topic) ?? []) listener(note.text);
  };
  const line = await createLine({
    url,
    node,
    log,
    onNote: hear,
    onReturn: () => {
      for (const listener of returned) listener();
    },
  });
  const close = (): Promise<void> => line.close();
  return {
    kind: 'shared',
    tell(topic, text) {
      if (text.length > TEXT_CHARS_MAX) throw new Error('assertion: a note names things, it does not carry them');
      db.query('select pg_notify($1, $2)', [line.channel, JSON.stringify({ from: self, topic, text })]).catch((error: unknown) =>
        log.warn({ err: error, topic }, 'the other nodes could not be told; they find out by themselves'),
      );
    },
    on: (topic, listener) => void listeners.set(topic, [...(listeners.get(topic) ?? []), listener]),
    onReturn: (listener) => void returned.push(listener),
    trouble: () => line.trouble(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function readNote(payload: string): z.infer<typeof noteSchema> | null {
  try {
    return noteSchema.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
