import { formField, readForm } from '../body.ts';
import { textOf } from '../db.ts';
import { html } from '../html.ts';
import { limits } from '../limits.ts';
import { queryText, redirect, sendPage } from '../reply.ts';
import { ACCOUNTS } from '../seed.ts';
import { expiredCookies, openSession, sessionCookies } from '../session.ts';
import type { Visit } from '../visit.ts';

async function sendLogin(visit: Visit, failure = ''): Promise<void> {
  const alert = failure === '' ? html`` : html`<p class="notice bad" role="alert">${failure}</p>`;
  await sendPage(visit, {
    title: 'Sign in',
    status: failure === '' ? 200 : 401,
    body: html`<h1>Sign in</h1>
      ${alert}
      <form class="stack" method="post" action="/login">
        <label for="name">Name</label>
        <input id="name" name="name" autocomplete="username" maxlength="200" required />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required />
        <button type="submit">Sign in</button>
      </form>
      <p class="meta">Demo account: <code>${ACCOUNTS.customer.name}</code> with <code>${ACCOUNTS.customer.password}</code></p>`,
  });
}

export async function showLogin(visit: Visit): Promise<void> {
  await sendLogin(visit);
}

export async function signIn(visit: Visit): Promise<void> {
  const form = await readForm(visit.request);
  const name = formField(form, 'name', limits.queryCharsMax);
  const password = formField(form, 'password', limits.queryCharsMax);
  // FLAW login-sqli: the form's text becomes part of the statement.
  const statement = `SELECT id, name, role FROM account WHERE name = '${name}' AND password = '${password}'`;
  const row = visit.parts.db.prepare(statement).get();
  // FLAW login-unlimited: a wrong password may be tried for ever, at full speed.
  if (row === undefined) return await sendLogin(visit, 'That name and password do not match.');
  const session = openSession(visit.parts.sessions, {
    accountId: Number(row['id']),
    name: textOf(row['name']),
    role: textOf(row['role']),
  });
  for (const cookie of sessionCookies(session)) visit.response.appendHeader('Set-Cookie', cookie);
  redirect(visit, '/orders');
}

export function signOut(visit: Visit): void {
  if (visit.session !== undefined) visit.parts.sessions.delete(visit.session.id);
  for (const cookie of expiredCookies()) visit.response.appendHeader('Set-Cookie', cookie);
  redirect(visit, '/');
}

export function goElsewhere(visit: Visit): void {
  // FLAW open-redirect: the destination is not checked, so a link to the shop can end anywhere.
  redirect(visit, queryText(visit, 'to') || '/');
}
