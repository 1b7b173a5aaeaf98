import { FORM_FIELD, formToken } from './form-guard.ts';
import { markup, type Html } from './html.ts';
import type { PageName } from './mount.ts';
import type { Visit } from './visit.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  /** HTML §4.10.18.7: the tokens let a password manager or the phone's message fill it. */
  readonly autocomplete: 'username' | 'current-password' | 'new-password' | 'one-time-code' | 'email' | 'off';
  readonly type?: 'text' | 'password';
  readonly hint?: string;
  readonly error?: string | null;
  readonly value?: string;
  readonly isCode?: boolean;
  readonly isNumeric?: boolean;
  readonly hasFocus?: boolean;
}

const FIELD_CHARS_MAX = 1024;

/** Label, hint and fault are tied to the input (WCAG 2.2 1.3.1, 3.3.1): each is read with it. */
export function field(given: Field): Html {
  const { name, error = null, hint } = given;
  const described = [hint === undefined ? '' : `${name}-hint`, error === null ? '' : `${name}-error`].join(' ').trim();
  return markup`<div class="field">
    <label for="${name}">${given.label}</label>
    ${hint === undefined ? null : markup`<span class="hint" id="${name}-hint">${hint}</span>`}
    ${error === null ? null : markup`<span class="wrong" id="${name}-error">${error}</span>`}
    <input
      id="${name}"
      name="${name}"
      type="${given.type ?? 'text'}"
      autocomplete="${given.autocomplete}"
      maxlength="${FIELD_CHARS_MAX}"
      required
      autocapitalize="none"
      spellcheck="false"
      ${given.isCode === true ? markup` class="code"` : null}${given.isNumeric === true ? markup` inputmode="numeric"` : null}${
        given.value === undefined ? null : markup` value="${given.value}"`
      }${described === '' ? null : markup` aria-describedby="${described}"`}${error === null ? null : markup` aria-invalid="true"`}${
        error !== null || given.hasFocus === true ? markup` autofocus` : null
      }
    />
  </div>`;
}

/** What every form of ours carries. */
export function hidden(visit: Visit): Html {
  return markup`<input type="hidden" name="${FORM_FIELD}" value="${formToken(visit)}" />${
    visit.next === null ? null : markup`<input type="hidden" name="next" value="${visit.next}" />`
  }`;
}

export interface FormView {
  readonly to: PageName;
  readonly button: string;
  readonly fields?: readonly Html[];
  /** Beside others, not the purpose of the page. */
  readonly isQuiet?: boolean;
  /** A second way to send it, for which no field has to be filled in. */
  readonly other?: { readonly name: string; readonly value: string; readonly button: string } | null;
  /** Fields that the visitor does not see. */
  readonly with?: Readonly<Record<string, string>>;
}

export function form(visit: Visit, view: FormView): Html {
  const quiet = view.isQuiet === true;
  const more = Object.entries(view.with ?? {}).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const other =
    view.other === undefined || view.other === null
      ? null
      : markup`<button type="submit" class="quiet" name="${view.other.name}" value="${view.other.value}" formnovalidate>
          ${view.other.button}
        </button>`;
  return markup`<form method="post" action="${visit.mount.path(view.to)}" ${quiet ? null : markup` class="main"`}>
    ${hidden(visit)}${more} ${view.fields ?? null}
    <button type="submit" ${quiet ? markup` class="quiet"` : null}>${view.button}</button>
    ${other}
  </form>`;
}

/** Read out as soon as the page is there. */
export const alert = (text: string | null): Html | null =>
  text === null ? null : markup`<p class="error" role="alert">${text}</p>`;
export const note = (text: string | null): Html | null =>
  text === null ? null : markup`<p class="note" role="status">${text}</p>`;
