import type { LinkIssued, PersonLink, PersonView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody } from '../command.ts';
import { NotConfirmed } from '../fault.ts';
import { linkOutcome, peopleTable } from '../words/person-text.ts';

export const admin: BranchBody = {
  about: 'Works with the server up or down, for the owner of the data directory: nobody is locked out for good.',
  verbs: [
    {
      name: 'setup-link',
      summary: 'make the link that creates the first administrator',
      about: 'While there is none. An earlier link ends.',
      examples: ['holdfast admin setup-link'],
      run: (context) =>
        change<LinkIssued>(context, { method: 'POST', path: '/api/v1/setup-link' }, (issued) =>
          linkOutcome(context, issued, 'link for the first administrator'),
        ),
    },
    {
      name: 'recover',
      summary: 'give an administrator who lost everything a new start',
      about:
        'Ends the sessions, removes password and factors, lets a disabled one in again, and prints a link for a new password and factor.',
      words: [{ name: '<name>', help: 'name or id' }],
      examples: ['holdfast admin recover ada'],
      async run(context, input) {
        const name = input.words[0] ?? '';
        const question = `End all sessions of ${name} and remove password and second factors?`;
        if (!context.flags.dryRun && !(await context.confirm(question)))
          throw new NotConfirmed('Nothing was changed.', `holdfast admin recover ${name} --yes`);
        const call = { method: 'POST', path: `/api/v1/people/${segment(name)}/recover` } as const;
        return change<PersonLink>(context, call, (issued) => linkOutcome(context, issued, `link for ${issued.person.name}`));
      },
    },
    {
      name: 'list',
      summary: 'show everybody with a role in the administration',
      examples: ['holdfast admin list'],
      async run(context) {
        await using api = await context.api();
        const people = await listAll<PersonView>(api, { method: 'GET', path: '/api/v1/people' });
        const admins = people.filter(({ role }) => role !== null);
        return { data: { admins }, text: () => peopleTable(admins, 'nobody yet: holdfast admin setup-link') };
      },
    },
  ],
};
