import { hash } from 'node:crypto';

/** 256 bits: nobody guesses one, so what is stored needs no salt and no slow hash (SP 800-63B-4 §5.1). */
const TOKEN_BYTES = 32;

export const newSessionToken = (random: (bytes: number) => Uint8Array): string =>
  Buffer.from(random(TOKEN_BYTES)).toString('base64url');

/** What stands for a token wherever it is kept, asked for or told of. */
export const hashSessionToken = (token: string): string => hash('sha256', token, 'hex');

/** Where a session is good: in the administration, or at one application. */
export type SessionPlace = { readonly kind: 'admin' } | { readonly kind: 'application'; readonly application: string };

export const ADMIN_PLACE: SessionPlace = { kind: 'admin' };

/** What a sign-in asks for when every factor was right. */
export interface SessionRequest {
  readonly person: string;
  readonly kind: 'application' | 'admin';
  readonly application: string | null;
  readonly acr: 'aal1' | 'aal2';
  readonly amr: readonly string[];
  /** SHA-256 of the device token, hex. */
  readonly device: string | null;
  readonly address: string;
  readonly userAgent: string;
}

/** A part of the list of all sessions, newest first. */
export interface SessionPage {
  /** The id of the last one shown; null = from the newest. */
  readonly before: string | null;
  readonly limit: number;
  readonly kind?: 'application' | 'admin' | undefined;
  readonly application?: string | undefined;
}

/** A session as lists show it: neither token nor hash. */
export interface SessionListed {
  readonly id: string;
  readonly person: string;
  readonly kind: 'application' | 'admin';
  readonly application: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly idleMs: number;
  readonly acr: 'aal1' | 'aal2';
  readonly amr: readonly string[];
  readonly authTime: number;
  readonly elevatedUntil: number | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SessionPerson {
  readonly id: string;
  readonly name: string;
  readonly display: string;
  readonly email: string | null;
  readonly role: string | null;
  readonly groups: readonly string[];
  readonly status: string;
  /** Sessions whose factors were given before do not count. */
  readonly stepUpAt?: number | null;
}

/** A session that holds, with the person as they are now. */
export interface SessionView extends SessionListed {
  readonly hash: string;
  readonly who: SessionPerson;
}

export interface NewSession {
  /** For the cookie; nowhere else. */
  readonly token: string;
  readonly session: SessionListed;
  /** Older sessions that ended because one person may have so many. */
  readonly displaced: number;
}

/** Elevation of a session (ASVS 5.0 7.5.3). */
export const isElevated = ({ elevatedUntil }: Pick<SessionListed, 'elevatedUntil'>, now: number): boolean =>
  elevatedUntil !== null && now < elevatedUntil;
