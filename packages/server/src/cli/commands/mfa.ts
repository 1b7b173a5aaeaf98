import type { FactorsAnswer } from '@holdfast/contract';
import { change } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { BranchBody } from '../command.ts';
import { NotConfirmed } from '../fault.ts';
import { formatPairs, formatTime } from '../terminal/table.ts';

const pathOf = (name: string): string => `/api/v1/people/${segment(name)}/factors`;

export const mfa: BranchBody = {
  verbs: [
    {
      name: 'status',
      summary: 'show what a person signs in with besides a password',
      words: [{ name: '<name>', help: 'name or id' }],
      examples: ['holdfast mfa status ada'],
      async run(context, input) {
        await using api = await context.api();
        const view = await api.call<FactorsAnswer>({ method: 'GET', path: pathOf(input.words[0] ?? '') });
        const keys = view.passkeys.map(({ name, lastUsedAt }) => `${name} (last used ${formatTime(lastUsedAt)})`);
        const text = (): string =>
          formatPairs([
            ['authenticator app', view.totp ? 'yes' : 'no'],
            ['passkeys', keys.join(', ') || 'none'],
            ['recovery codes left', String(view.recoveryCodesLeft)],
            ['accounts elsewhere', view.accounts.map(({ provider }) => provider).join(', ') || 'none'],
          ]);
        return { data: view, text };
      },
    },
    {
      name: 'reset',
      summary: 'remove all second factors of a person',
      about: 'For a lost telephone. Ends the sessions; the next sign-in, with the password, enrols anew.',
      words: [{ name: '<name>', help: 'name or id' }],
      examples: ['holdfast mfa reset ada'],
      async run(context, input) {
        const name = input.words[0] ?? '';
        if (!context.flags.dryRun && !(await context.confirm(`Remove all second factors of ${name}?`)))
          throw new NotConfirmed('Nothing was changed.', `holdfast mfa reset ${name} --yes`);
        return change(context, { method: 'DELETE', path: pathOf(name) }, () => ({
          data: { reset: name },
          text: `removed the second factors of ${name}\n`,
        }));
      },
    },
  ],
};
