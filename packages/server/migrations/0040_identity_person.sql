-- People, what they sign in with, and their sessions. Times are milliseconds since the epoch. A copy of these tables opens
-- nothing: passwords are slow hashes, tokens and codes are SHA-256 only, seeds and personal text are sealed with the keyring.
CREATE TABLE identity_person (
  id text PRIMARY KEY,
  -- What the person types to sign in, in its one canonical form.
  name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  -- Keyed hash of the canonical e-mail address: finds it, and says nothing without the keyring.
  email_norm text UNIQUE CHECK (length(email_norm) = 64),
  email_cipher text,
  display text NOT NULL,
  role text CHECK (role IN ('owner', 'administrator', 'analyst', 'auditor', 'developer')),
  groups jsonb NOT NULL DEFAULT '[]',
  status text NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
  -- Whether sessions need two factors, besides what role and application ask for.
  mfa_required boolean NOT NULL DEFAULT false,
  password_hash text,
  -- Too short to be the only factor: sessions of this person need two.
  password_is_short boolean NOT NULL DEFAULT false,
  password_changed_at bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  last_signed_in_at bigint,
  -- A recovery code was used: the next page asks for a new factor.
  renew_factors_since bigint,
  revision integer NOT NULL DEFAULT 1 CHECK (revision > 0)
);

CREATE TABLE identity_totp (
  person text PRIMARY KEY REFERENCES identity_person (id) ON DELETE CASCADE,
  secret_cipher text NOT NULL,
  confirmed_at bigint NOT NULL,
  -- Number of the last 30-second step whose code was taken: neither it nor an earlier one is taken again.
  last_step bigint NOT NULL,
  -- Wrong codes since the last right one.
  failures integer NOT NULL DEFAULT 0,
  locked_until bigint
);

CREATE TABLE identity_recovery_code (
  person text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
  hash text NOT NULL CHECK (length(hash) = 64),
  created_at bigint NOT NULL,
  used_at bigint,
  PRIMARY KEY (person, hash)
);

CREATE TABLE identity_passkey (
  id text PRIMARY KEY,
  person text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
  -- base64url, as are the COSE bytes of the key.
  credential_id text NOT NULL UNIQUE,
  public_key text NOT NULL,
  -- Signature counter: one that does not grow is a sign of a copied key (WebAuthn §6.1.1).
  counter bigint NOT NULL,
  transports jsonb NOT NULL,
  -- The host it was made for.
  rp_id text NOT NULL,
  name text NOT NULL,
  created_at bigint NOT NULL,
  last_used_at bigint
);
CREATE INDEX identity_passkey_by_person ON identity_passkey (person);

CREATE TABLE identity_session (
  hash text PRIMARY KEY CHECK (length(hash) = 64),
  -- Names it in lists and records: says nothing about the token.
  id text NOT NULL UNIQUE,
  person text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('application', 'admin')),
  application text,
  created_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  -- Absolute end, whatever happens in between.
  expires_at bigint NOT NULL,
  idle_ms bigint NOT NULL,
  acr text NOT NULL CHECK (acr IN ('aal1', 'aal2')),
  amr jsonb NOT NULL,
  auth_time bigint NOT NULL,
  elevated_until bigint,
  device text,
  address_cipher text,
  user_agent text,
  ended_at bigint,
  end_reason text
);
CREATE INDEX identity_session_by_person ON identity_session (person, created_at);
CREATE INDEX identity_session_by_end ON identity_session (expires_at);

-- One sign-in, enrolment or ceremony under way. `data` is sealed.
CREATE TABLE identity_challenge (
  hash text PRIMARY KEY CHECK (length(hash) = 64),
  -- Null = it is not known yet whom the passkey will name.
  person text REFERENCES identity_person (id) ON DELETE CASCADE,
  kind text NOT NULL,
  data text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0
);
CREATE INDEX identity_challenge_by_end ON identity_challenge (expires_at);

CREATE TABLE identity_invite (
  hash text PRIMARY KEY CHECK (length(hash) = 64),
  kind text NOT NULL CHECK (kind IN ('setup', 'invite', 'reset', 'recover')),
  person text REFERENCES identity_person (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  tries integer NOT NULL DEFAULT 0
);
CREATE INDEX identity_invite_by_person ON identity_invite (person);

-- Devices that finished a sign-in: they are let in where strangers wait.
CREATE TABLE identity_known_device (
  hash text NOT NULL CHECK (length(hash) = 64),
  -- A device can be shared.
  person text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  PRIMARY KEY (hash, person)
);
CREATE INDEX identity_known_device_by_person ON identity_known_device (person, last_seen_at);

-- Wrong tries by account, known device and network, under keyed hashes: a name that nobody has is counted like any other.
CREATE TABLE identity_failure (
  kind text NOT NULL CHECK (kind IN ('account', 'device', 'network')),
  key text NOT NULL,
  count integer NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX identity_failure_by_age ON identity_failure (last_at);

-- Keys that sign the identity header for applications; the newest signs, older ones are published until they retire.
CREATE TABLE identity_signing_key (
  kid text PRIMARY KEY,
  private_cipher text NOT NULL,
  public_jwk jsonb NOT NULL,
  not_before bigint NOT NULL,
  retires_at bigint NOT NULL
);
