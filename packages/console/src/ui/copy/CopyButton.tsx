import { toast } from '../overlay/toast-store.ts';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for whoever does not see the sign. */
  readonly label: string;
  /** Words instead of the sign. */
  readonly words?: string;
  /** What is copied is not repeated in the message. */
  readonly isSecret?: boolean;
}

export function CopyButton({ text, label, words, isSecret = false }: CopyButtonProps) {
  const copy = (): void => {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    const said = (): void => toast({ text: isSecret ? 'Copied.' : `Copied: ${shown}` });
    navigator.clipboard
      .writeText(text)
      .then(said, () => toast({ text: 'The browser does not let pages copy here.', isFault: true }));
  };
  // What is seen must be a part of what is heard, so that it can be called by it (WCAG 2.2 §2.5.3).
  const name = words === undefined ? label : `${words}: ${label}`;
  return (
    <button type="button" className="button quiet !min-h-8 !px-2" aria-label={name} title={label} onClick={copy}>
      <svg viewBox="0 0 16 16" className="size-4" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
      </svg>
      {words}
    </button>
  );
}
