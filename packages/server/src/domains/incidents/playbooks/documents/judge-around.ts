import { pointerOf, type Faults } from './fault.ts';
import type { Playbook } from './playbook.ts';
import { textOf, textsOf } from './read-step.ts';
import { entriesOf, ownOf } from './validate.ts';

/** What stands around the workflow: its times, who does the work, and the keys of it (CACAO 2.0 §3.1, §6, §7). */
export function judgeAround({ document }: Playbook, faults: Faults): void {
  judgeTimes(document, faults);
  const credentials = ownOf(document, 'authentication_info_definitions');
  for (const name of ['agent_definitions', 'target_definitions']) {
    for (const [id, definition] of entriesOf(ownOf(document, name))) {
      const at = (...parts: readonly string[]): string => pointerOf(name, id, ...parts);
      const uses = textOf(definition, 'authentication_info');
      if (uses !== null && ownOf(credentials, uses) === undefined)
        faults.error(at('authentication_info'), `there is no authentication information ${uses}`);
      for (const [kind, email] of entriesOf(ownOf(ownOf(definition, 'contact'), 'email')))
        if (typeof email === 'string' && !isEmail(email)) faults.error(at('contact', 'email', kind), 'not an e-mail address');
      for (const dname of textsOf(ownOf(definition, 'address'), 'dname'))
        if (!dname.includes('$$__') && !/^[A-Za-z0-9_.-]{1,253}$/u.test(dname))
          faults.warning(at('address', 'dname'), 'not a domain name');
    }
  }
  const markings = ownOf(document, 'data_marking_definitions');
  for (const [index, marking] of textsOf(document, 'markings').entries())
    if (ownOf(markings, marking) === undefined) faults.warning(pointerOf('markings', index), `there is no marking ${marking}`);
}

/** RFC 5321 §4.1.2 without quoted names: what is quoted there is a way into a command line sooner than somebody's address. */
const isEmail = (text: string): boolean =>
  text.includes('$$__') || /^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/u.test(text);

function judgeTimes(document: unknown, faults: Faults): void {
  const at = (name: string): number | null => {
    const text = textOf(document, name);
    return text === null ? null : Date.parse(text);
  };
  const [created, modified, from, until] = [at('created'), at('modified'), at('valid_from'), at('valid_until')];
  if (created !== null && modified !== null && modified < created) faults.error('/modified', 'before it was created');
  if (from !== null && until !== null && until <= from) faults.error('/valid_until', 'not after valid_from');
  if (ownOf(document, 'revoked') === true) faults.warning('/revoked', 'whoever made it holds it to be no longer valid');
}
