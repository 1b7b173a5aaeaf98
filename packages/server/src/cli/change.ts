import type { Call } from './connection/client.ts';
import type { Context } from './command.ts';
import type { Outcome } from './outcome.ts';

/** Turns the answer into words. */
export type Done<Body> = (body: Body) => Outcome;

/**
 * One change through the API. With `--dry-run` nothing is sent: the data says which call would have been made.
 */
export async function change<Body>(context: Context, call: Call, done: Done<Body>): Promise<Outcome> {
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api();
  return done(await api.call<Body>(call));
}

export function planned(call: Call): Outcome {
  const data = { dryRun: true, method: call.method, path: call.path, body: call.body ?? null };
  return {
    data,
    text: `would send ${call.method} ${call.path}${call.body === undefined ? '' : ` ${JSON.stringify(call.body)}`}\n`,
  };
}
