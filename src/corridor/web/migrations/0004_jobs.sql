create table upload_batch (
    batch_id   text primary key,
    account_id integer not null references account (account_id),
    format     text not null,
    source_id  text not null,
    set_aside  integer not null default 0,
    state      text not null check (state in ('open', 'sent', 'loaded', 'discarded')),
    job_id     integer,
    created_at text not null,
    touched_at text not null
);

create table upload (
    upload_id   text primary key,
    batch_id    text not null references upload_batch (batch_id),
    place       integer not null,
    name        text not null,
    bytes       bigint not null,
    part_bytes  integer not null,
    changed     text not null,
    sha256      text not null
);

create table job (
    job_id       integer primary key,
    kind         text not null check (kind in ('load', 'reference', 'run')),
    title        text not null,
    asked        text not null,
    account_id   integer not null references account (account_id),
    state        text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    cancelled    integer not null default 0,
    attempts     integer not null default 0,
    worker       text not null default '',
    created_at   text not null,
    started_at   text,
    heartbeat_at text,
    finished_at  text,
    step         text not null default '',
    place        integer not null default 0,
    total        integer not null default 0,
    result       text,
    error        text
);

create table job_line (
    job_id integer not null references job (job_id),
    place  integer not null,
    at     text not null,
    words  text not null,
    primary key (job_id, place)
);

create table form_result (
    result_id  text primary key,
    account_id integer not null references account (account_id),
    form       text not null,
    title      text not null,
    made_at    text not null,
    answer     text not null
);
