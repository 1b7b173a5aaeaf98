-- When a repeated job is due next; the node that moves the time forward is the one that runs it.
create table platform_schedule (
  name text primary key,
  due_at bigint not null
);
