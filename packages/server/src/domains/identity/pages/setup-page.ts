import type { OwnPageResponse } from '@holdfast/contract';
import { isRefusal } from '../../../platform/refusal.ts';
import { advance } from './advance.ts';
import type { Handler } from './handler.ts';
import { BAD_LINK, choicePage, LINK_TOKEN, MISTYPED, passwordFault, tokenPage, wantsNoPassword } from './link-pages.ts';
import type { PagesParts } from './parts.ts';
import { redirect } from './respond.ts';
import { sayRefused } from './said.ts';
import type { Visit } from './visit.ts';

/** What was chosen and cannot be; anything else goes on as it is. */
function again(visit: Visit, error: unknown): OwnPageResponse {
  if (!isRefusal(error, 'input-invalid') && !isRefusal(error, 'conflict')) {
    return choicePage(visit, 'setup', { name: null, password: passwordFault(error) });
  }
  const [first] = error.errors;
  return choicePage(visit, 'setup', { name: `Choose another name: ${first?.detail ?? 'it is taken'}.`, password: null });
}

/** The first owner. The link stands in the terminal of the host; its secret moves from the address to a cookie at once. */
export function setupHandler(parts: PagesParts): Handler {
  const path = (visit: Visit): string => visit.mount.path('setup');
  const open = (visit: Visit): OwnPageResponse =>
    visit.cookie('link') === null ? tokenPage(visit, 'setup', null) : choicePage(visit, 'setup', { name: null, password: null });
  return {
    get(visit) {
      const token = visit.query('token');
      const isGiven = token !== null && LINK_TOKEN.test(token);
      return Promise.resolve(isGiven ? redirect(visit, path(visit), { link: token }) : open(visit));
    },
    async post(visit) {
      const given = visit.field('token').replace(/^.*[#=]/u, '');
      if (given !== '') {
        if (!LINK_TOKEN.test(given)) return tokenPage(visit, 'setup', sayRefused(BAD_LINK));
        return redirect(visit, path(visit), { link: given });
      }
      const token = visit.cookie('link');
      if (token === null) return tokenPage(visit, 'setup', null);
      const password = wantsNoPassword(visit) ? null : visit.field('password');
      if (password !== null && password !== visit.field('again'))
        return choicePage(visit, 'setup', { name: null, password: MISTYPED });
      try {
        const step = await parts.signIn.acceptSetup(token, { name: visit.field('name'), password }, visit.context);
        return step.kind === 'refused' ? tokenPage(visit, 'setup', sayRefused(step)) : await advance(visit, step, parts);
      } catch (error) {
        return again(visit, error);
      }
    },
  };
}
