import type { Agent, Command } from './playbook.ts';

/** The agent that is Holdfast itself: its requests are carried out here, with the rights of a playbook, and are sent nowhere. */
export const OWN_URL = 'https://holdfast.local';

export const isOwn = (agent: Agent | undefined): boolean =>
  agent !== undefined &&
  agent.type === 'http-api' &&
  agent.url !== null &&
  URL.canParse(agent.url) &&
  new URL(agent.url).origin === OWN_URL;

/** What a command asks of us; null = it asks for no action, or for one that only its variables say. */
export function actionOf(
  command: Command,
): { readonly name: string; readonly parameters: Readonly<Record<string, unknown>> } | null {
  if (command.type !== 'http-api' || command.method !== 'POST' || command.path !== '/api/v1/actions') return null;
  try {
    // Variables outside of quotes are numbers and truth values: any number reads as one.
    const plain = (command.content ?? '').replaceAll(/:\s*\$\$__[A-Za-z0-9_-]{1,203}:value\$\$/gu, ':1');
    const read: unknown = JSON.parse(plain);
    if (typeof read !== 'object' || read === null || !('action' in read) || typeof read.action !== 'string') return null;
    const parameters =
      'parameters' in read && typeof read.parameters === 'object' && read.parameters !== null ? read.parameters : {};
    // An object of JSON has text for its keys.
    return { name: read.action, parameters: parameters as Record<string, unknown> };
  } catch {
    return null;
  }
}
