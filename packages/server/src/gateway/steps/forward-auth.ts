import { parseAddress, plainAddress } from '../../platform/address.ts';
import { ON } from '../exchange.ts';
import type { Exchange, ProxyFamily, Refused, Step, StepResult } from '../exchange.ts';
import { readAsked } from '../forward-auth/asked-request.ts';
import { listFromRight } from '../forwarded-list.ts';

const PREFIX = '/.holdfast/forward-auth/';
const FAMILIES: ReadonlyMap<string, ProxyFamily> = new Map([
  [`${PREFIX}nginx`, 'nginx'],
  [`${PREFIX}caddy`, 'caddy'],
  [`${PREFIX}traefik`, 'traefik'],
]);

/**
 * Another proxy asks whether a request may pass. From here on the exchange is about that request: all later steps judge it as
 * one of our own, and where ours would be forwarded the proxy gets its answer.
 */
export const forwardAuth: Step = {
  name: 'forward-auth',
  onFailure: 'block',
  run(exchange) {
    const { head, snapshot } = exchange;
    if (head.path.startsWith(PREFIX)) {
      const family = FAMILIES.get(head.path);
      if (family !== undefined) return answerFor(exchange, family);
    }
    if (snapshot.askingProxies.size > 0 && snapshot.source.trustedHops === 0) believeListed(exchange);
    return ON;
  },
};

const refused = (reason: string): Refused => ({ kind: 'refused', code: 'proxy-unlisted', reason, closeConnection: true });

function answerFor(exchange: Exchange, family: ProxyFamily): StepResult {
  const { head, snapshot, connection, body } = exchange;
  exchange.forwardAuth = family;
  if (head.method !== 'GET' || hasBody(head.headers) || body.kind !== 'none') return refused('forward-auth-form');
  const asked = readAsked(head, family, snapshot.source.trustedHops);
  if (asked.kind === 'unreadable') return refused(asked.reason);
  const application = snapshot.applicationForHost(asked.head.host);
  if (application === null) return refused('forward-auth-host-unknown');
  // Known from here on, so that whoever looks for the reason finds it beside the application.
  exchange.application = application;
  if (!isListed(exchange, application.id)) return refused('forward-auth-proxy-unlisted');
  exchange.head = asked.head;
  exchange.clientAddress = asked.clientAddress;
  exchange.connection = { ...connection, secure: asked.secure };
  return ON;
}

/** A question is a head; whatever comes behind it would be read by nobody. */
const hasBody = (headers: readonly (readonly [string, string])[]): boolean =>
  headers.some(([name, value]) => name === 'transfer-encoding' || (name === 'content-length' && Number(value) > 0));

function isListed({ snapshot, connection }: Exchange, application: string): boolean {
  return snapshot.askingProxies.get(application)?.lookup(plainAddress(connection.peerAddress)) !== undefined;
}

const scratch = new Uint32Array(4);

/** Our pages come through the same proxy: without this every visitor would have its address, and no cookie would be secure. */
function believeListed(exchange: Exchange): void {
  const { head, connection, snapshot } = exchange;
  const application = snapshot.applicationForHost(head.host);
  if (application === null || !isListed(exchange, application.id)) return;
  const claimed = listFromRight(head, 'x-forwarded-for').at(-1);
  if (claimed !== undefined && parseAddress(claimed, scratch) !== 0) exchange.clientAddress = plainAddress(claimed);
  const isHttps = listFromRight(head, 'x-forwarded-proto').at(-1)?.toLowerCase() === 'https';
  if (isHttps) exchange.connection = { ...connection, secure: true };
}
