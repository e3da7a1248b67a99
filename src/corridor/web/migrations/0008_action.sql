create table action_item (
    action_id    text primary key,
    status       text not null check (status in ('open', 'doing', 'done', 'not_applicable')),
    due          text,
    note         text not null default '',
    version      integer not null,
    changed_at   text not null,
    changed_by   text not null,
    done_at      text,
    run_id       text not null,
    program      text not null,
    kind         text not null,
    words        text not null,
    npi          text,
    tin          text,
    ccn          text,
    aco_id       text,
    net_dollars  real,
    low          real,
    high         real
);

create table action_change (
    change_id    integer primary key,
    action_id    text not null references action_item (action_id),
    version      integer not null,
    change_key   text not null,
    at           text not null,
    account      text not null,
    status       text not null,
    due          text,
    note         text not null,
    run_id       text not null,
    net_dollars  real,
    asked        text not null,
    unique (action_id, version)
);

create index action_change_key on action_change (action_id, change_key);
