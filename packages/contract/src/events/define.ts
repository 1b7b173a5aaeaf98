import type { z } from 'zod';
import type { SEVERITIES } from './record.ts';

/** What kind of personal data a payload field holds; every class but `none` is encrypted under the subject's key in a leaf. */
export type PersonalClass = 'none' | 'address' | 'name' | 'agent' | 'content';

/** always = every event is a leaf; decisions = only when the outcome is not plain `allowed`; never = telemetry. */
export type Audited = 'always' | 'decisions' | 'never';

export interface EventDefinition<Payload extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly version: number;
  readonly summary: string;
  readonly audited: Audited;
  readonly severity: (typeof SEVERITIES)[number];
  /** OCSF 1.x class and activity: class_uid = category*1000 + class, type_uid = class_uid*100 + activity_id. */
  readonly ocsf: { readonly classUid: number; readonly activityId: number };
  readonly payload: Payload;
  readonly personal: Readonly<Record<keyof z.infer<Payload> & string, PersonalClass>>;
}

/**
 * Declares one event of the catalogue. The `personal` table must name every payload field, so that a new field
 * cannot slip into a leaf unclassified.
 */
export function defineEvent<Payload extends z.ZodObject>(definition: EventDefinition<Payload>): EventDefinition<Payload> {
  return definition;
}

/** Payloads without personal data: every field is class `none`. */
export function plainEvent<Shape extends z.ZodObject>(
  definition: Omit<EventDefinition<Shape>, 'personal' | 'version' | 'audited'> & { audited?: EventDefinition['audited'] },
): EventDefinition<Shape> {
  const personal = Object.fromEntries(Object.keys(definition.payload.shape).map((field) => [field, 'none' as const]));
  // The keys are exactly those of the shape, which the mapped type cannot see through Object.fromEntries.
  return defineEvent<Shape>({
    audited: 'always',
    ...definition,
    version: 1,
    personal: personal as EventDefinition<Shape>['personal'],
  });
}
