import { z } from 'zod';
import { UnreadableSource } from './entry.ts';

const VALUES_MAX = 2_000_000;

/** A list of what is known to be good, as MISP warning lists write it: entries that are on it are never taken as bad. */
export const warninglistSchema = z.object({
  name: z.string().min(1).max(200),
  type: z.enum(['string', 'substring', 'hostname', 'cidr', 'regex']),
  list: z.array(z.string().max(2048)).max(VALUES_MAX),
});
export type Warninglist = z.infer<typeof warninglistSchema>;

/** One list, or several in an array. */
export function readWarninglists(text: string): readonly Warninglist[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UnreadableSource('It is no JSON.');
  }
  return (Array.isArray(document) ? document : [document]).map((one) => {
    const read = warninglistSchema.safeParse(one);
    if (!read.success) throw new UnreadableSource('It is no warning list of MISP.');
    return read.data;
  });
}
