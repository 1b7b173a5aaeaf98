/** Runs inline under a nonce: no inline handlers, no eval, and text only ever enters the page as text. */
export const homeScript = `
(() => {
  const list = document.getElementById('products');
  const filters = document.getElementById('filters');
  const count = document.getElementById('count');
  const ticker = document.getElementById('ticker');
  const notice = document.getElementById('notice');

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.textContent = text;
    return node;
  };
  const card = (product) => {
    const item = element('li', 'card', '');
    const heading = element('h2', '', '');
    const link = element('a', '', product.name);
    link.href = '/products/' + product.id;
    heading.append(link);
    const meta = element('p', 'meta', '');
    meta.append(element('span', 'tag', product.category), ' ', element('strong', '', '€ ' + (product.priceCents / 100).toFixed(2)));
    item.append(heading, element('p', '', product.blurb), meta);
    return item;
  };

  filters.hidden = false;
  filters.addEventListener('click', async (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    for (const other of filters.children) other.setAttribute('aria-pressed', String(other === button));
    try {
      const answer = await fetch('/api/products?category=' + encodeURIComponent(button.dataset.category));
      const { products } = await answer.json();
      list.replaceChildren(...products.map(card));
      count.textContent = products.length + (products.length === 1 ? ' tin' : ' tins');
    } catch {
      count.textContent = 'The list could not be loaded. Try again.';
    }
  });

  const socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws/ticker');
  socket.addEventListener('message', (event) => {
    const tick = JSON.parse(event.data);
    if (tick.kind === 'tick') ticker.textContent = 'Live: ' + tick.name + ' now € ' + (tick.priceCents / 100).toFixed(2);
  });
  socket.addEventListener('close', () => { ticker.textContent = 'Live prices are paused.'; });

  const events = new EventSource('/events');
  events.addEventListener('notice', (event) => { notice.textContent = JSON.parse(event.data).text; });
})();
`;
