import type { Log } from '../../../../platform/log.ts';
import { change, type ChangeParts } from '../change.ts';
import { markIdle } from '../idle.ts';
import { digestOf, digestOfSet, imported } from '../import-rules.ts';
import { readText } from '../read-text.ts';
import { dropText, insertText, readOwnTexts, replaceText, textsOf } from '../rule-store.ts';

export interface OwnText {
  readonly file: string;
  readonly text: string;
}

const BY_RELEASE = 'system:release';

/**
 * Brings the rules that come with this release. A text that is another than before takes the place of the old one; whether it is
 * on, which somebody may have set, stays (decision 0009). One that is gone goes.
 */
export async function seedOwnRules(parts: ChangeParts & { readonly log: Log }, own: readonly OwnText[]): Promise<void> {
  const brought = own.map(({ file, text }) => ({ file, text, digest: digestOf(text), ...readText(text, file) }));
  await change(parts, async ({ tx, now, events, touch }) => {
    const known = new Map((await readOwnTexts(tx)).map((row) => [row.id, row]));
    const counted = { added: 0, changed: 0, refused: 0 };
    for (const { file, text, digest, rules } of brought) {
      const [first] = rules;
      if (first === undefined) throw new Error(`assertion: our own ${file} can be read`);
      const row = known.get(first.id);
      known.delete(first.id);
      if (row?.digest === digest) continue;
      const said = { file, text, digest };
      if (row !== undefined) {
        await replaceText(tx, row.id, { ...said, rules });
        counted.changed += 1;
        continue;
      }
      const taken = await textsOf(
        tx,
        rules.map(({ id }) => id),
      );
      if (taken.length > 0) {
        counted.refused += 1;
        parts.log.warn({ file, by: taken[0]?.file }, 'an imported rule has the id of one of our own, which stays away');
        continue;
      }
      const set = { origin: 'own' as const, state: 'on' as const, is_set: false, reason: null };
      await insertText(tx, { id: first.id, ...said, ...set, changed_at: now, changed_by: BY_RELEASE }, rules);
      counted.added += 1;
    }
    for (const id of known.keys()) await dropText(tx, id);
    // Sources of events may be others than in the release before: what is idle is judged anew at every start.
    if (counted.added + counted.changed + known.size === 0) return markIdle(tx, parts.logsources);
    touch();
    events.push(imported(parts, { ...counted, digest: digestOfSet(brought.map(({ digest }) => digest)) }));
  });
}
