import type { ActionParameters } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ActionFor, ActionKind } from '../action-kind.ts';
import { noImpact } from './impact.ts';
import { PLAIN } from './plain.ts';

/** Words for people, told once by each channel; nothing goes to an authority or a subject this way. */
export function createNotify({ detection, link }: Pick<ResponseParts, 'detection' | 'link'>): ActionKind<'notify'> {
  const tell = async (
    { channel }: ActionParameters<'notify'>,
    said: { readonly title: string; readonly text: string; readonly key: string },
    as: ActionFor,
  ) => {
    const { channels } = detection.rooms;
    if (channels === undefined)
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'there are no channels here' }] });
    const to = { channel, severity: 'high' as const, application: null, link: as.incident === null ? null : link(as.incident) };
    return channels.tellText({ ...said, ...to });
  };
  return {
    name: 'notify',
    permission: 'alert:write',
    read: async () => Promise.resolve({}),
    plan: async ({ channel, title }) =>
      Promise.resolve({
        ...PLAIN,
        summary: `tells ${channel ?? 'every channel'}: ${title}`.slice(0, 300),
        impact: noImpact(null),
        undo: 'a correction is told in the same places',
      }),
    async apply(parameters, as) {
      const { title, text } = parameters;
      const told = await tell(parameters, { title, text, key: `action ${as.id} ${as.round}` }, as);
      // Told before the crash, it is not told again: then it is none that has it now.
      return {
        state: 'done',
        detail: told === 0 ? 'no channel has more to tell' : `told by ${told} ${told === 1 ? 'channel' : 'channels'}`,
        undo: {},
      };
    },
    async undo(parameters, _undo, as) {
      const title = `Correction: ${parameters.title}`.slice(0, 200);
      const text = `What was said before does not hold: ${as.reason}`;
      await tell(parameters, { title, text, key: `action ${as.id} ${as.round} correction` }, as);
      return 'a correction was told';
    },
  };
}
