import type { PageSchema, SchemaError } from '@holdfast/contract';
import { check, type Sending } from './check.ts';
import { entriesOf, Reading } from './fields.ts';
import { Marks } from './marks.ts';
import { schemaAtHand, schemaOf } from './schemas.ts';

type Submitter = HTMLElement | null;

/** A form as it is about to be sent. */
interface Planned {
  readonly form: HTMLFormElement;
  readonly submitter: Submitter;
  readonly url: URL;
  readonly method: string;
}

/**
 * Holds each form against the schema when it is sent. What the browser checks by itself comes first and stays. Returns what
 * undoes it.
 */
export function watchForms(root: Document, script: Element | null): () => void {
  const marks = new Marks(script);
  const sentOn = new WeakSet<HTMLFormElement>();
  const onSubmit = (event: SubmitEvent): void => {
    const { target, submitter } = event;
    if (!(target instanceof HTMLFormElement)) return;
    // Our own second try, after the schema has come.
    if (sentOn.delete(target)) return;
    const planned = plan(target, submitter);
    if (planned === null) return;
    const schema = schemaAtHand(planned.url.pathname);
    if (schema === undefined) {
      hold(event);
      void sendLater(planned, { marks, sentOn });
    } else if (refuses(planned, { schema, marks })) hold(event);
  };
  // Before the person is done the schema is here.
  const onFocus = ({ target }: Event): void => {
    const form = target instanceof Element ? target.closest('form') : null;
    const planned = form === null ? null : plan(form, null);
    if (planned !== null) void schemaOf(planned.url.pathname);
  };
  const onChange = ({ target }: Event): void => marks.clear(target);
  // A fault that a script has mended without an event would otherwise keep the browser from ever sending the form.
  const onClick = ({ target }: Event): void => {
    const button = target instanceof Element ? target.closest('button, input') : null;
    if (button instanceof HTMLButtonElement || button instanceof HTMLInputElement)
      if (/^(?:submit|image)$/u.test(button.type) && button.form !== null) marks.clearAll(button.form);
  };
  const listeners: readonly [string, (event: never) => void][] = [
    ['submit', onSubmit],
    ['focusin', onFocus],
    ['input', onChange],
    ['change', onChange],
    ['reset', ({ target }: Event) => (target instanceof HTMLFormElement ? marks.clearAll(target) : undefined)],
    ['click', onClick],
  ];
  // Each listener takes the event that its name stands for.
  for (const [name, listener] of listeners) root.addEventListener(name, listener as EventListener, true);
  return () => {
    for (const [name, listener] of listeners) root.removeEventListener(name, listener as EventListener, true);
  };
}

/** Scripts of the page that send the form themselves must not do so either. */
function hold(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Attributes, not properties: a field that is called `action` hides the property of its form. */
function plan(form: HTMLFormElement, submitter: Submitter): Planned | null {
  const say = (name: string): string => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? '';
  const method = say('method').toUpperCase();
  const url = new URL(say('action') || location.href, location.href);
  if (method === 'DIALOG' || url.origin !== location.origin) return null;
  return { form, submitter, url, method: method === 'POST' ? 'POST' : 'GET' };
}

function read({ form, submitter, url, method }: Planned): Sending {
  const reading = new Reading();
  const entries = entriesOf(new FormData(form, submitter));
  const type = submitter?.getAttribute('formenctype') ?? form.getAttribute('enctype') ?? '';
  // The address of a form that asks is replaced by its fields.
  reading.addPairs('query', method === 'GET' ? namesOnly(entries) : url.searchParams);
  if (method === 'POST' && /^text\/plain$/iu.test(type)) reading.isPart = true;
  else if (method === 'POST' && /^multipart\/form-data$/iu.test(type)) reading.addPairs('multipart', entries);
  else if (method === 'POST') reading.addPairs('form', namesOnly(entries));
  return reading.sending(method);
}

/** Where files cannot travel their names do. */
function* namesOnly(entries: Iterable<[string, string | File]>): Generator<[string, string]> {
  for (const [name, value] of entries) yield [name, typeof value === 'string' ? value : value.name];
}

function refuses(planned: Planned, { schema, marks }: { readonly schema: PageSchema | null; readonly marks: Marks }): boolean {
  const errors = schema === null ? [] : errorsOf(schema, planned);
  marks.clearAll(planned.form);
  if (errors.length > 0) marks.show(planned.form, errors);
  return errors.length > 0;
}

function errorsOf(schema: PageSchema, planned: Planned): readonly SchemaError[] {
  try {
    return check(schema, read(planned));
  } catch {
    // What cannot be read here is judged by the gateway.
    return [];
  }
}

async function sendLater(
  planned: Planned,
  { marks, sentOn }: { readonly marks: Marks; readonly sentOn: WeakSet<HTMLFormElement> },
): Promise<void> {
  const { form, submitter, url } = planned;
  const schema = await schemaOf(url.pathname);
  if (refuses(planned, { schema, marks })) return;
  sentOn.add(form);
  // The prototype's own: a field may be called like it.
  HTMLFormElement.prototype.requestSubmit.call(form, submitter?.isConnected === true ? submitter : null);
  sentOn.delete(form);
}
