import { FLAWS } from '../flaws.ts';
import type { Exchange } from '../flaws.ts';
import { html } from '../html.ts';
import type { Markup } from '../html.ts';
import { sendPage } from '../reply.ts';
import type { Visit } from '../visit.ts';

function exchangeText(exchange: Exchange): Markup {
  const headers = Object.entries(exchange.headers ?? {}).map(([name, value]) => `\n${name}: ${value}`);
  const signedIn = exchange.signInAs === undefined ? '' : `\n(signed in as ${exchange.signInAs})`;
  const repeated = exchange.times === undefined ? '' : `\n(sent ${exchange.times} times)`;
  const body = exchange.body === undefined ? '' : `\n\n${exchange.body}`;
  return html`<pre tabindex="0" aria-label="Request">
${`${exchange.method} ${exchange.target}${headers.join('')}${signedIn}${repeated}${body}`}</pre>`;
}

export async function showAbout(visit: Visit): Promise<void> {
  await sendPage(visit, {
    title: 'About this shop',
    body: html`<h1>About this shop</h1>
      <p class="notice bad">
        <strong>Never expose this application.</strong> It is vulnerable on purpose, runs commands for whoever asks, and exists to
        show what Holdfast stops. It listens on loopback addresses only.
      </p>
      <p>
        ${FLAWS.length} flaws are planted. Each is marked in the source with its id, and each comes with an attack and with an
        innocent request that looks alike and must keep working.
      </p>
      ${FLAWS.map(
        (flaw) =>
          html`<section class="flaw" aria-labelledby="flaw-${flaw.id}">
            <h2 id="flaw-${flaw.id}">${flaw.class}</h2>
            <p>${flaw.summary}</p>
            <p class="meta">
              <code>${flaw.id}</code> · ${flaw.cwe} · <code>${flaw.method} ${flaw.path}</code> · <code>src/${flaw.place}</code>
            </p>
            <details>
              <summary>Attack and innocent twin</summary>
              <h3>Attack</h3>
              ${exchangeText(flaw.attack)}
              <h3>Innocent twin</h3>
              ${exchangeText(flaw.innocentTwin)}
            </details>
          </section>`,
      )}`,
  });
}
