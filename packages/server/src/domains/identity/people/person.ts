/** What a person may do in Holdfast itself; null = a user of protected applications only. */
export const ROLES = ['owner', 'administrator', 'analyst', 'auditor', 'developer'] as const;
export type Role = (typeof ROLES)[number];

export const STATUSES = ['invited', 'active', 'disabled'] as const;
export type Status = (typeof STATUSES)[number];

export const NAME_MAX = 64;
export const DISPLAY_MAX = 100;
/** RFC 5321 §4.5.3.1.3 leaves 254 characters for an address. */
export const EMAIL_MAX = 254;
export const GROUPS_MAX = 64;
export const GROUP_NAME_MAX = 64;

export interface Person {
  readonly id: string;
  /** What the person types to sign in. */
  readonly name: string;
  readonly display: string;
  readonly email: string | null;
  readonly role: Role | null;
  readonly groups: readonly string[];
  readonly status: Status;
  readonly mfaRequired: boolean;
  readonly hasPassword: boolean;
  /** The password is too short to stand alone. */
  readonly passwordIsShort: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastSignedInAt: number | null;
  /** A recovery code was used then: the person should enrol a new factor. */
  readonly renewFactorsSince: number | null;
  /** Sessions whose factors were given before do not count; null = all of them do. */
  readonly stepUpAt: number | null;
}

/** The one form of a name or address: what looks the same is the same (Unicode UAX #15, NFKC), whatever its case. */
export function canonical(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}

/** What somebody typed as a name or an address, fit for a look-up: text that no database takes is nobody's name. */
export function typedName(text: string): string {
  const cut = canonical(text.slice(0, EMAIL_MAX));
  return /[\p{Cc}\p{Cs}]/u.test(cut) ? '' : cut;
}

/** A line to show: without characters that are not seen. */
export const isShowable = (text: string): boolean => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);

/** Letters, digits and `. _ - + @`; no spaces, no control or invisible characters. */
export function isName(text: string): boolean {
  return text.length <= NAME_MAX && /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._+@-]*$/u.test(text);
}

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX && /^[^\s@<>"(),:;\\[\]\p{Cc}]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u.test(text);
}

/** Whether each session of this person needs two factors, whatever the application asks for (ASVS 5.0 6.3.3). */
export function needsMfa(person: Pick<Person, 'role' | 'mfaRequired' | 'passwordIsShort'>): boolean {
  return person.role !== null || person.mfaRequired || person.passwordIsShort;
}
