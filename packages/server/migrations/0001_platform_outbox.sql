-- Events that happened together with a change and wait for their subscribers; a row leaves when all have handled it.
create table platform_outbox (
  id text primary key,
  type text not null,
  record jsonb not null,
  created_at bigint not null,
  attempts integer not null default 0,
  -- Not before this time: the wait between attempts, or the lease of the process that works on it.
  due_at bigint not null
);
create index platform_outbox_due on platform_outbox (due_at, id);

-- What makes delivery at least once safe to repeat: one row for each subscriber and event.
create table platform_handled (
  subscriber text not null,
  event_id text not null,
  handled_at bigint not null,
  primary key (subscriber, event_id)
);
create index platform_handled_age on platform_handled (handled_at);
