import { limits } from '../limits.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

const notices = ['The kettle is on.', 'A new harvest of sencha arrived.', 'Orders before noon leave today.'];

/** Server-sent events (WHATWG HTML §9.2): one notice at once, then one a tick until either side hangs up. */
export function createNoticeStream(): (visit: Visit) => void {
  let clients = 0;
  return ({ request, response }) => {
    if (clients >= limits.liveClientsMax) throw new ShopError('too-many-live-clients', 'Too many live pages are open.');
    clients += 1;
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    // After a reconnect the browser names the last event it saw; only a plain number is taken over.
    const lastId = request.headers['last-event-id'];
    let id = typeof lastId === 'string' && /^\d{1,9}$/.test(lastId) ? Number(lastId) : 0;
    const send = (): void => {
      id += 1;
      response.write(`id: ${id}\nevent: notice\ndata: ${JSON.stringify({ text: notices[id % notices.length] })}\n\n`);
    };
    send();
    const timer = setInterval(send, limits.tickIntervalMs);
    response.once('close', () => {
      clients -= 1;
      clearInterval(timer);
    });
  };
}
