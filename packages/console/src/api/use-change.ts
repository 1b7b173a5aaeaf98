import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { toast } from '../ui/overlay/toast-store.ts';
import { Problem, write, type Change } from './client.ts';
import { unconfirmed } from './pending-change.ts';
import { sayProblem } from './words.ts';

export interface ChangeOptions<Answer> {
  /** Names this kind of change within the page, such as `bans.add`: after a confirmation it goes on here. */
  readonly name: string;
  readonly onDone?: (answer: Answer) => void;
  /** What the message says when it is done; left out = nothing. */
  readonly says?: string | ((answer: Answer) => string);
  /** How to take it back, offered with the message for a few seconds. */
  readonly undo?: (answer: Answer) => Change | readonly Change[];
  /** The form shows faults of its own fields; others are told in a message. */
  readonly showsFaults?: boolean;
}

/** Who takes the answer of a change that goes on after a confirmation, by its name. */
const receivers = new Map<string, (answer: unknown) => void>();
export const receiverOf = (name: string): ((answer: unknown) => void) | undefined => receivers.get(name);

/**
 * A button that changes something: sends, refreshes what is shown, tells, offers to undo, and leads through the confirmation of who
 * it is where the API asks for one. Call it in the page, not inside a dialog, so that it is there when the person comes back.
 *
 * @example const lift = useChange<null>({ name: 'bans.lift', says: 'Lifted.' }); lift.run({ method: 'DELETE', path }, 'Lift the ban')
 */
export function useChange<Answer>(options: ChangeOptions<Answer>) {
  const queries = useQueryClient();
  const finish = (answer: Answer): void => {
    const { onDone, says, undo } = options;
    void queries.invalidateQueries();
    onDone?.(answer);
    const text = typeof says === 'function' ? says(answer) : says;
    if (text === undefined) return;
    const back = undo?.(answer);
    toast({
      text,
      ...(back === undefined ? {} : { undo: async () => takeBack(back).then(async () => queries.invalidateQueries()) }),
    });
  };
  // After each drawing, so that the answer goes to what is shown now.
  useEffect(() => {
    const { name } = options;
    // The answer is that of the change that this very hook described.
    receivers.set(name, (answer) => finish(answer as Answer));
    return () => void receivers.delete(name);
  });
  const { mutate, isPending, isSuccess, error, reset } = useMutation<
    Answer,
    unknown,
    { readonly change: Change; readonly label: string }
  >({
    mutationFn: async ({ change }) => write<Answer>(change),
    onSuccess: finish,
    onError: (fault, { change, label }) => {
      const isProblem = fault instanceof Problem;
      if (isProblem && fault.code === 'step-up-required') unconfirmed.set({ name: options.name, label, change, at: Date.now() });
      else if (!(isProblem && fault.errors.length > 0 && options.showsFaults === true))
        toast({ isFault: true, ...asText(fault) });
    },
  });
  // The answer went to whoever asked; it stays nowhere else, because it may be a secret.
  useEffect(() => {
    if (isSuccess) reset();
  }, [isSuccess, reset]);
  return { run: (change: Change, label: string) => mutate({ change, label }), isPending, error, reset };
}

async function takeBack(back: Change | readonly Change[]): Promise<void> {
  for (const change of [back].flat()) await write(change);
}

function asText(fault: unknown): { readonly text: string } {
  const { title, text } = sayProblem(fault);
  return { text: `${title}. ${text}` };
}
