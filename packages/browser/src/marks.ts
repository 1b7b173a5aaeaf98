import type { SchemaError } from '@holdfast/contract';
import { messageFor } from './messages.ts';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isControl = (element: unknown): element is Control =>
  element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement;

let counter = 0;

/** What stands beside the fields of a form while it cannot be sent: for eyes, for screen readers and for the browser. */
export class Marks {
  readonly #script: Element | null;
  readonly #shown = new Map<Element, { readonly form: HTMLFormElement; readonly undo: () => void }>();

  constructor(script: Element | null) {
    this.#script = script;
  }

  show(form: HTMLFormElement, errors: readonly SchemaError[]): void {
    let first: Control | null = null;
    for (const { name, reason } of errors) {
      const control = controlOf(form, name);
      const words = messageFor(reason, [control, form, this.#script]);
      if (control === null) this.#showFor(form, words);
      else this.#mark(form, control, words);
      first ??= control;
    }
    first?.focus();
  }

  clear(target: unknown): void {
    if (!isControl(target)) return;
    this.#remove(target);
    if (target.form !== null) this.#remove(target.form);
  }

  clearAll(form: HTMLFormElement): void {
    // A field that a script has taken away since knows its form no longer; its message still stands there.
    for (const [element, shown] of this.#shown) if (shown.form === form) this.#remove(element);
  }

  #remove(element: Element): void {
    this.#shown.get(element)?.undo();
    this.#shown.delete(element);
  }

  #mark(form: HTMLFormElement, control: Control, words: string): void {
    if (this.#shown.has(control)) return;
    const note = makeNote(control.ownerDocument, words);
    const described = control.getAttribute('aria-describedby');
    control.setCustomValidity(words);
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', described === null ? note.id : `${described} ${note.id}`);
    control.after(note);
    const undo = (): void => {
      note.remove();
      control.setCustomValidity('');
      control.removeAttribute('aria-invalid');
      if (described === null) control.removeAttribute('aria-describedby');
      else control.setAttribute('aria-describedby', described);
    };
    this.#shown.set(control, { form, undo });
  }

  /** Nothing of the form has this name, or it cannot be seen. */
  #showFor(form: HTMLFormElement, words: string): void {
    if (this.#shown.has(form)) return;
    const note = makeNote(form.ownerDocument, words);
    // The prototype's own: a field may be called `append`.
    Element.prototype.append.call(form, note);
    this.#shown.set(form, { form, undo: () => note.remove() });
  }
}

function makeNote(root: Document, words: string): HTMLElement {
  const note = root.createElement('span');
  note.className = 'holdfast-message';
  note.id = `holdfast-message-${++counter}`;
  note.setAttribute('role', 'alert');
  note.textContent = words;
  return note;
}

/** The control of that name that a person can reach. The getter of the prototype: a field may be called `elements`. */
function controlOf(form: HTMLFormElement, name: string): Control | null {
  const elements = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'elements')?.get?.call(form) as
    | Iterable<Element>
    | undefined;
  for (const element of elements ?? [])
    if (isControl(element) && element.name === name && element.type !== 'hidden') return element;
  return null;
}
