/** Clients, paths and places come again and again; hashing and folding each time would be most of the work. */
const REMEMBERED_MAX = 10_000;

/** The first time an argument is seen its value is made; a full memory begins anew. */
export function remember(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const held = known.get(text);
    if (held !== undefined) return held;
    if (known.size >= REMEMBERED_MAX) known.clear();
    const made = make(text);
    known.set(text, made);
    return made;
  };
}
