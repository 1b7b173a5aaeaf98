import type { DeadLetterView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';

const CHANNEL = { name: '<channel>', help: 'name or id' };
const LETTER = { name: '<letter>', help: 'its id' };
const SAMPLE = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

const lettersOf = (input: Input): string => `/api/v1/channels/${segment(input.words[0] ?? '')}/dead-letters`;
const letterOf = (input: Input): string => `${lettersOf(input)}/${segment(input.words[1] ?? '')}`;

export const deadLetters: Verb = {
  name: 'dead-letters',
  summary: 'show alerts that could not be told within a day',
  words: [CHANNEL],
  examples: ['holdfast alert channel dead-letters on-call'],
  run: async (context, input) => {
    await using api = await context.api();
    const letters = await listAll<DeadLetterView>(api, { method: 'GET', path: lettersOf(input) });
    const columns = [
      { title: 'LETTER', value: (row: DeadLetterView) => row.id },
      { title: 'ALERT', value: (row: DeadLetterView) => row.title },
      { title: 'TRIES', value: (row: DeadLetterView) => String(row.tries) },
      { title: 'LAST TRIED', value: (row: DeadLetterView) => formatTime(row.lastTriedAt) },
      { title: 'TROUBLE', value: (row: DeadLetterView) => row.trouble },
    ];
    return { data: { letters }, text: () => formatTable(letters, columns, 'everything was told') };
  },
};

export const resend: Verb = {
  name: 'resend',
  summary: 'try again to tell an alert that could not be told',
  words: [CHANNEL, LETTER],
  examples: [`holdfast alert channel resend on-call ${SAMPLE}`],
  run: (context, input) =>
    change(context, { method: 'POST', path: `${letterOf(input)}/resend` }, () => ({
      data: { resent: input.words[1] },
      text: `it waits to be sent\n`,
    })),
};

export const drop: Verb = {
  name: 'drop',
  summary: 'give up an alert that could not be told',
  words: [CHANNEL, LETTER],
  options: [{ flags: '--reason <text>', help: 'why; kept in the ledger' }],
  examples: [`holdfast alert channel drop on-call ${SAMPLE} --reason 'seen in the console'`],
  run: (context, input) => {
    const reason = input.text('reason');
    if (reason === null) throw new UsageFault('Say why: --reason TEXT.', 'holdfast alert channel drop --help');
    return change(context, { method: 'POST', path: `${letterOf(input)}/drop`, body: { reason } }, () => ({
      data: { dropped: input.words[1] },
      text: `dropped ${input.words[1] ?? ''}\n`,
    }));
  },
};
