import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { sha256 } from '../../support/upload-stand.ts';

const BYTES = 6_000_000;
const PIECE_BYTES = 65_536;
/** Each in two pieces, so that no scanner of a developer's machine takes this file away. */
const POSITIVES: readonly (readonly [rule: string, text: string, twin: string])[] = [
  ['eicar_test_file', ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''), 'EICAR-STANDARD'],
  ['php_runs_what_it_is_sent', ['<?php system($_GE', "T['c']); ?>"].join(''), '$_GET is an array of PHP'],
  ['office_reaches_out_to_run', ['=cmd|', "' /C calc'!A0"].join(''), "=cmd|' has no end"],
];

const folder = mkdtempSync(join(tmpdir(), 'hf-large-uploads-'));
let echo: EchoUpstream;
let server: HoldfastProcess;
beforeAll(async () => {
  echo = await startEchoUpstream({ isQuiet: true });
  const config = join(folder, 'holdfast.yaml');
  const uploads = '{ action: block, types: [txt] }';
  writeFileSync(
    config,
    `applications:\n  - { id: shop, name: Shop, upstream: '${echo.url}', mode: monitor, uploads: ${uploads} }\n`,
  );
  server = await HoldfastProcess.start({ args: ['--config', config, '--listen', 'http://127.0.0.1:0'] });
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Each piece is written once the one before has gone. */
async function send(body: Buffer): Promise<number> {
  const outgoing = request(new URL('/files', server.plain), {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/octet-stream', 'content-length': body.length },
  });
  const answered = new Promise<number>((resolve, reject) => {
    outgoing.on('error', reject).on('response', (incoming) => {
      incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0));
    });
  });
  for (let at = 0; at < body.length; at += PIECE_BYTES)
    await new Promise((done) => void outgoing.write(body.subarray(at, at + PIECE_BYTES), done));
  outgoing.end();
  return await answered;
}

/** Text of no meaning with something that stands across an edge of pieces, of orders to the thread that writes down, or at the end. */
function textWith(what: string, at: number): Buffer {
  const body = Buffer.alloc(BYTES, 'The kettle sings and the tin is green.\n');
  body.write(` ${what}\n`, at);
  return body;
}
const PLACES = [PIECE_BYTES * 2 - 6, 524_288 * 3 - 9, BYTES - 120];

describe('a large upload', { timeout: 120_000 }, () => {
  it.each(POSITIVES)('in which %s finds something is in quarantine, and its twin arrives as it was', async (rule, text, twin) => {
    for (const place of PLACES) {
      const before = echo.seen.length;
      const bad = textWith(text, place);
      expect(await send(bad), String(place)).toBe(422);
      expect(echo.seen.length).toBe(before);
      const { data } = await server.cli<{ uploads: UploadView[] }>('upload', 'list', '--state', 'infected');
      const kept = data.uploads.find(({ hash }) => hash === sha256(bad));
      expect(kept?.scans).toMatchObject([{ scanner: 'yara', verdict: 'infected', detail: rule }]);
      const honest = textWith(twin, place);
      expect(await send(honest)).toBe(200);
      expect(echo.seen.length).toBe(before + 1);
      expect(sha256(Buffer.from(echo.seen.at(-1)?.body ?? ''))).toBe(sha256(honest));
    }
  });
});
