import { exec } from 'node:child_process';
import { html } from '../html.ts';
import { limits } from '../limits.ts';
import { queryText, sendPage } from '../reply.ts';
import type { Visit } from '../visit.ts';

/** Runs through the shell with an empty environment, so that an injected command finds no secret of the parent process. */
async function runShell(command: string, cwd: string): Promise<string> {
  const path = process.env['PATH'] ?? '';
  const options = {
    cwd,
    env: { PATH: path },
    timeout: limits.commandTimeoutMs,
    maxBuffer: limits.commandOutputBytesMax,
  } as const;
  return await new Promise((resolve) => {
    exec(command, { ...options, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      resolve(stdout + stderr + (error === null ? '' : `\n(ended with ${error.code ?? error.signal ?? 'an error'})`));
    });
  });
}

function pingCommand(host: string): string {
  // FLAW command-injection: the host name is pasted into a shell command. It only prints, so nothing leaves this machine.
  return process.platform === 'win32' ? `echo reachable: ${host}` : `printf 'reachable: %s\\n' ${host}`;
}

async function sendTools(visit: Visit, output: string): Promise<void> {
  await sendPage(visit, {
    title: 'Tools',
    body: html`<h1>Tools</h1>
      <form class="stack" action="/tools/ping">
        <label for="host">Is this supplier's host reachable?</label>
        <input id="host" name="host" maxlength="200" placeholder="supplier.example" required />
        <button type="submit">Check</button>
      </form>
      ${
        output === ''
          ? html``
          : html`<h2>Result</h2>
              <pre tabindex="0" aria-label="Result">${output}</pre>`
      }`,
  });
}

export async function showTools(visit: Visit): Promise<void> {
  await sendTools(visit, '');
}

export async function showPing(visit: Visit): Promise<void> {
  const host = queryText(visit, 'host');
  await sendTools(visit, host === '' ? '' : await runShell(pingCommand(host), visit.parts.docsDir));
}
