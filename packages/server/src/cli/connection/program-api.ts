import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Refusal } from '../../platform/refusal.ts';
import type { Context } from '../command.ts';
import { noteDataDir } from '../context.ts';
import { Unreachable, UsageFault } from '../fault.ts';
import { createClient, type ApiClient, type Transport } from './client.ts';
import { openHttps } from './https-transport.ts';
import { openSocket } from './socket-transport.ts';

const HELP = 'holdfast secret run --help';
/** A token has some sixty characters. */
const TOKEN_CHARS_MAX = 4096;

interface Opening {
  readonly signal: AbortSignal;
  /** Says which server it is; not each time when it is asked again and again. */
  readonly isNoted: boolean;
}

/**
 * The running server as a program reaches it: `HOLDFAST_SERVER` with a token, or the socket of the data directory. A token counts
 * there too, so that records name the service account and not the operator of the host.
 */
export async function openProgramApi(context: Context, { signal, isNoted }: Opening): Promise<ApiClient> {
  const { io, output } = context;
  const token = await readToken(context);
  const named = io.env['HOLDFAST_SERVER'] ?? '';
  if (named !== '') {
    if (token === null) throw new Refusal('token-required');
    const url = serverUrl(named);
    if (isNoted) output.note(output.paint.dim(`server ${url.origin}`));
    return createClient(withToken(openHttps({ url, ca: await readAuthority(context), signal }), token));
  }
  const dataDir = await context.dataDir();
  const socket = await openSocket(dataDir, signal);
  if (isNoted) noteDataDir(context, dataDir, socket === null ? 'server down' : 'server running');
  if (socket === null) throw new Unreachable('No Holdfast runs on this data directory, and HOLDFAST_SERVER names no other.');
  return createClient(token === null ? socket : withToken(socket, token));
}

/** For commands that people and programs call: as a program where a token or a server is named, else as every command. */
export async function openEitherApi(context: Context): Promise<ApiClient> {
  const { env } = context.io;
  const isProgram = ['HOLDFAST_SERVER', 'HOLDFAST_TOKEN', 'HOLDFAST_TOKEN_FILE'].some((name) => (env[name] ?? '') !== '');
  return isProgram ? openProgramApi(context, { signal: context.signal, isNoted: true }) : context.api();
}

function withToken(transport: Transport, token: string): Transport {
  const authorization = `Bearer ${token}`;
  return {
    ...transport,
    send: (method, path, { body, headers }) => transport.send(method, path, { body, headers: { ...headers, authorization } }),
  };
}

/** Without TLS a token and every secret could be read on the way. */
function serverUrl(named: string): URL {
  const url = URL.parse(named);
  if (url?.protocol !== 'https:')
    throw new UsageFault('HOLDFAST_SERVER is an address such as https://holdfast.example:9443.', HELP);
  return url;
}

async function readToken({ io }: Context): Promise<string | null> {
  const [direct, file] = [io.env['HOLDFAST_TOKEN'] ?? '', io.env['HOLDFAST_TOKEN_FILE'] ?? ''];
  if (direct === '' && file === '') return null;
  const token = direct === '' ? (await readNamed(resolve(io.cwd, file), 'HOLDFAST_TOKEN_FILE')).trim() : direct;
  if (/^[!-~]+$/u.test(token) && token.length <= TOKEN_CHARS_MAX) return token;
  throw new UsageFault('What stands for the token is no token.', 'holdfast token create --help');
}

/** The authority of the data directory where there is one, as on the host of the server. */
async function readAuthority(context: Context): Promise<string | null> {
  const { io } = context;
  const named = io.env['HOLDFAST_SERVER_CA'] ?? '';
  if (named !== '') return readNamed(resolve(io.cwd, named), 'HOLDFAST_SERVER_CA');
  return readFile(join(await context.dataDir(), 'tls', 'ca.crt'), 'utf8').catch(() => null);
}

async function readNamed(place: string, variable: string): Promise<string> {
  return readFile(place, 'utf8').catch(() => {
    throw new UsageFault(`The file that ${variable} names cannot be read.`, HELP);
  });
}
