import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isJson, step } from './reading/faults.ts';
import { closeSchema, schemaId, type Variant } from './values/close-schema.ts';
import { addKeywords, Steps, TooManySteps } from './values/own-keywords.ts';
import { FORMATS, NUMBER_FORMATS } from './values/formats.ts';
import { compilePattern } from './values/linear-pattern.ts';
import { reportsOf, type ValueReport } from './values/report-errors.ts';

/** Compares one value with one schema: nothing when it fits. */
export type CompareValue = (value: unknown) => readonly ValueReport[];

const NOTHING: readonly ValueReport[] = [];

/**
 * Compiles schemas of one document by ajv: what is compiled is a function, and nothing is compiled while a request waits. Nothing is
 * fetched, nothing in data decides what is compared, no expression that goes back is built.
 */
export class ValueCompiler {
  readonly #ajv: Ajv2020;
  readonly #schemas: Readonly<Record<string, unknown>>;
  /** Text of a schema -> its function: the same parameter stands in many operations. */
  readonly #compiled = new Map<string, CompareValue>();
  readonly #steps = new Steps();
  /** Where each part of a component stands: ajv tells of it as if it stood alone. */
  readonly #places = new WeakMap<object, string>();
  readonly #added = new Set<Variant>();

  constructor(schemas: Readonly<Record<string, unknown>>) {
    this.#schemas = schemas;
    this.#ajv = new Ajv2020({
      strict: false,
      // All of them, so that a form can be mended at once; members are bounded by the decoder.
      allErrors: true,
      verbose: true,
      ownProperties: true,
      inlineRefs: false,
      // Every keyword was read by `translate-schema.ts`; the schema of schemas would cost as much as a document.
      validateSchema: false,
      meta: false,
      logger: false,
      messages: false,
      addUsedSchema: false,
      // Making the functions a little smaller takes longer than making them.
      code: { regExp: linearExpressions, optimize: false },
    });
    for (const [name, test] of FORMATS) this.#ajv.addFormat(name, { type: 'string', validate: test });
    for (const [name, test] of NUMBER_FORMATS) this.#ajv.addFormat(name, { type: 'number', validate: test });
    for (const name of ['password', 'binary', 'base64url']) this.#ajv.addFormat(name, true);
    addKeywords(this.#ajv, this.#steps);
  }

  /** The schemas that references lead to; ajv compiles each when something refers to it. */
  #addComponents(variant: Variant): void {
    if (this.#added.has(variant)) return;
    this.#added.add(variant);
    for (const [name, schema] of Object.entries(this.#schemas)) {
      const closed = closeSchema(schema, { schemas: this.#schemas, variant }, false);
      const component = { ...asObject(closed), 'x-holdfast-step': true };
      notePlaces(component, step('/components/schemas', name), this.#places);
      this.#ajv.addSchema(component, schemaId(variant, name));
    }
  }

  compile(schema: unknown, variant: Variant): CompareValue {
    const key = `${variant} ${JSON.stringify(schema)}`;
    const held = this.#compiled.get(key);
    if (held !== undefined) return held;
    this.#addComponents('open');
    this.#addComponents(variant);
    const validate = this.#ajv.compile(asObject(closeSchema(schema, { schemas: this.#schemas, variant }, true)));
    const compare: CompareValue = (value) => this.#compare(validate, value);
    this.#compiled.set(key, compare);
    return compare;
  }

  #compare(validate: ValidateFunction, value: unknown): readonly ValueReport[] {
    this.#steps.begin();
    try {
      return validate(value) ? NOTHING : reportsOf(validate.errors ?? [], this.#places);
    } catch (error) {
      // What cannot be compared in bounds does not fit.
      if (error instanceof TooManySteps) return [{ pointer: '', reason: 'shape', at: '' }];
      throw error;
    } finally {
      // Errors hold the values.
      validate.errors = null;
    }
  }
}

const asObject = (schema: unknown): Record<string, unknown> =>
  isJson(schema) ? { ...schema } : schema === false ? { not: {} } : {};

function notePlaces(schema: unknown, pointer: string, places: WeakMap<object, string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  places.set(schema, pointer);
  for (const [name, inner] of Object.entries(schema)) notePlaces(inner, step(pointer, name), places);
}

/** The engine of expressions that ajv is given: patterns were read when the document was, so one that cannot be read never comes. */
const linearExpressions = Object.assign(
  (text: string): RegExp => {
    const result = compilePattern(text);
    const test = result.kind === 'pattern' ? (subject: string) => result.pattern.test(subject) : () => false;
    // ajv asks `test` of an expression, and knows expressions by their text.
    return { test, toString: () => text } as RegExp;
  },
  { code: 'null' },
);
